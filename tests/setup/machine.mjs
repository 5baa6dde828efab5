// Installs what the tests need and this machine lacks. Runs before every `npm test`, on Node >= 20, before any dependency.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const onPath = (name) => process.env.PATH.split(delimiter).some((dir) => existsSync(join(dir, name)));

/** What the tests use beyond Node, and Debian's package for it. */
const needs = [
  { what: 'redis-server', names: ['redis-server', 'valkey-server'], apt: 'redis-server' },
  { what: 'Chromium', names: ['chromium', 'chromium-browser', 'google-chrome'], apt: 'chromium' },
  // Opens a backup as its guide says, without any of our code.
  { what: 'age', names: ['age'], apt: 'age' },
];

const missing = needs.filter((need) => !need.names.some(onPath));
if (missing.length > 0) {
  const packages = missing.map((need) => need.apt);
  const root = process.getuid?.() === 0;
  const sudo = !root && onPath('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0;
  if (!onPath('apt-get') || !(root || sudo)) {
    console.error(
      `The tests need ${missing.map((need) => need.what).join(' and ')}. Install them, then run this again`,
    );
    console.error(
      `(Debian, Ubuntu: sudo apt-get install ${packages.join(' ')}; macOS: brew install redis chromium age).`,
    );
    process.exit(1);
  }
  const apt = (...args) => {
    const [command, ...rest] = root ? ['apt-get', ...args] : ['sudo', '-n', 'apt-get', ...args];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const { status } = spawnSync(command, rest, { stdio: ['ignore', 'ignore', 'inherit'], env });
    if (status !== 0) {
      console.error(`apt-get ${args.join(' ')} ended with ${status}.`);
      process.exit(1);
    }
  };
  console.log(`Installing with apt-get: ${packages.join(', ')}`);
  apt('update', '-q');
  // Debian starts a server it installs; policy-rc.d would need root's files, so the tests simply use other ports.
  apt('install', '-q', '-y', '--no-install-recommends', ...packages);
}
