/**
 * What Conductor itself adds to a deploy on this machine: from the start of the command to the cutover, without checks, less what
 * the service needs to start by itself. `npm run bench -w deploy`
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const runs = 5;
/** Seconds that Conductor may add. */
const promised = 2;
const room = join(import.meta.dirname, '..');

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'conductor-bench-')));
const root = join(folder, 'project');
const env = { ...process.env, XDG_RUNTIME_DIR: join(folder, 'run'), NO_COLOR: '1' };

/** The smallest project: one server, in git, with checks reduced to none. */
function writeProject(): void {
  mkdirSync(join(folder, 'run'), { mode: 0o700 });
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  symlinkSync(room, join(root, 'node_modules', 'conductor'));
  const files = {
    '.gitignore': 'node_modules/\n.conductor/\n',
    'conductor.config.ts': `import { defineConfig, local } from 'conductor';
export default defineConfig({
  project: 'trivial',
  services: { web: { start: 'node server.mjs', paths: ['/'], health: { path: '/health' }, drain: 1 } },
  environments: { local: { target: local(), bake: 0, checks: { only: [] } } },
});
`,
    'server.mjs': `import { createServer } from 'node:http';
const { PORT, HOST, CONDUCTOR_RELEASE } = process.env;
const server = createServer((_request, response) => response.setHeader('X-Release', CONDUCTOR_RELEASE ?? '').end('ok'));
server.listen(Number(PORT), HOST);
process.once('SIGTERM', () => server.close(() => process.exit(0)).closeIdleConnections());
`,
  };
  for (const [file, content] of Object.entries(files)) writeFileSync(join(root, file), content);
  const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { stdio: 'ignore' });
  git('init', '-q');
  git('add', '-A');
  git('-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '-q', '-m', 'Trivial');
}

/** Seconds from the start of `deploy` to the beginning of its cutover. */
async function secondsToCutover(port: number): Promise<number> {
  const began = performance.now();
  const command = [join(room, 'src/main.ts'), 'deploy', '--port', String(port)];
  const child = spawn(process.execPath, command, { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let seconds: number | undefined;
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    if (line.startsWith('… Cut over')) seconds = (performance.now() - began) / 1000;
  }
  if ((await ended) !== 0 || seconds === undefined) throw new Error(said.join('\n'));
  return seconds;
}

/** Seconds that the service needs from its start to its first answer, when nobody deploys it. */
async function secondsToStart(port: number): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd: root,
    env: { ...env, PORT: String(port), HOST: '127.0.0.1' },
    stdio: 'ignore',
  });
  try {
    while (!(await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined))?.ok) await sleep(5);
    return (performance.now() - began) / 1000;
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

try {
  writeProject();
  const port = await freePort();
  // The first deploy also starts the host, which goes on running.
  const first = await secondsToCutover(port);
  const deploys: number[] = [];
  const starts: number[] = [];
  for (let run = 0; run < runs; run++) {
    deploys.push(await secondsToCutover(port));
    starts.push(await secondsToStart(await freePort()));
  }
  const added = median(deploys) - median(starts);
  const table = { first, 'start to cutover': median(deploys), 'the service alone': median(starts), added };
  for (const [what, seconds] of Object.entries(table))
    console.log(`${what.padEnd(20)} ${seconds.toFixed(2)} s`);
  // A cutover before the service could have started, or no figure at all, is none that was measured.
  const within = added >= 0 && added < promised;
  if (!within) process.exitCode = 1;
  console.log(`${within ? 'within' : 'OVER'} the ${promised} s that Conductor may add (median of ${runs})`);
} finally {
  execFileSync(process.execPath, [join(room, 'src/main.ts'), 'stop'], { cwd: root, env, stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
