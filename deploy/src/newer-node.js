// For a Node that is too old for Conductor: plain JavaScript, as main.js.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { constants, homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** What is fetched where the machine has none that is new enough: the Node of npm's package `node`, as nodejs.org builds it. */
const version = '24.21.0';

/**
 * Runs `main` once more with a Node that is new enough: `CONDUCTOR_NODE`, the project's own (npm's package `node`), or one that is fetched
 * from the registry, once, into the person's cache.
 * @param {string} main file to run
 * @param {readonly string[]} words what the command was given
 * @param {string} least for messages: the oldest Node that will do
 * @returns {Promise<number>} its exit code; 3 where there is no such Node
 */
export async function runWithNewerNode(main, words, least) {
  const node = process.env.CONDUCTOR_NODE ?? projectNode(process.cwd()) ?? (await fetched(least));
  if (node === null) return 3;
  const child = spawn(node, [main, ...words], { stdio: 'inherit' });
  // Ctrl-C reaches both; what is sent to this process alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
  return new Promise((resolve) => {
    child.once('error', (error) => {
      say(`${node} could not be started: ${error.message}`);
      resolve(3);
    });
    // As a shell says it of what a signal has ended.
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

/** What npm needs of this process' environment: no token and no key of a deployment. */
const forNpm =
  /^(?:PATH|HOME|USERPROFILE|APPDATA|LOCALAPPDATA|SYSTEMROOT|TMPDIR|TEMP|TMP|LANG|XDG_.*|(?:HTTPS?|NO)_PROXY|NODE_EXTRA_CA_CERTS|npm_config_.*)$/i;

const say = (text) => process.stderr.write(`${text}\n`);

/** `node_modules/node` of the folder or one above it. */
function projectNode(from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const node = join(folder, 'node_modules/node/bin/node');
    if (existsSync(node) && major(node) >= 24) return node;
    if (folder === dirname(folder)) return null;
  }
}

const major = (node) =>
  Number(/^v(\d+)/.exec(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? 0);

async function fetched(least) {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'conductor');
  const place = join(cache, `node-${version}`);
  const name = packageName();
  const node = join(place, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(node)) return node;
  say(
    `Conductor needs Node.js ${least} or newer, and this is ${process.version}: fetching ${version} for it, once, into ${place} (npm package ${name}, about 45 MB)…`,
  );
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(realpathSync(cache), '.fetching-'));
  try {
    const npm = [
      'install',
      '--prefix',
      draft,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ];
    const { status, error } = spawnSync('npm', [...npm, `${name}@${version}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: Object.fromEntries(Object.entries(process.env).filter(([variable]) => forNpm.test(variable))),
    });
    if (status !== 0) {
      say(`It could not be fetched${error ? ` (${error.message})` : ''}; nothing was changed.`);
      say(
        `  Install Node.js ${least} or newer: https://nodejs.org/en/download · or in this project: npm install --save-dev node@24`,
      );
      return null;
    }
    // Somebody else may have fetched it in the meantime.
    if (!existsSync(place)) renameSync(draft, place);
    return node;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** By the names that npm's package `node` has for them. */
function packageName() {
  const arm = process.platform === 'darwin' && process.arch === 'arm64';
  return `${arm ? 'node-bin' : 'node'}-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
}
