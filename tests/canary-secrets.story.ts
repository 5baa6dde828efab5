import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plantCanaries, sightings } from './canaries/canaries.ts';
import { freePort } from './setup/ports.ts';

// A careless project is taken through everything that Conductor does, and all that comes out of it is searched for its secrets.

const main = path.resolve(import.meta.dirname, '../deploy/src/main.ts');
const canaries = plantCanaries();

let folder: string;
let root: string;
let receiver: Server;
let environment: NodeJS.ProcessEnv;
/** All that Conductor said, by the command that said it. */
const said: { command: string; text: string }[] = [];
/** Bodies and headers of notifications. */
const notified: string[] = [];
/** Command lines of every process that was seen while the commands ran. */
const processes = new Set<string>();

const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'conductor-canary-'));
  root = path.join(folder, 'project');
  await mkdir(root);
  receiver = createServer(async (request, response) => {
    notified.push(`${JSON.stringify(request.headers)}\n${await text(request)}`);
    response.writeHead(request.url === '/refuses' ? 403 : 200).end(canaries.CANARY_0);
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  environment = {
    ...process.env,
    CONDUCTOR_FOLDER: root,
    CONDUCTOR_DEBUG: '1',
    XDG_RUNTIME_DIR: path.join(folder, 'run'),
    CONDUCTOR_AGE_KEY: undefined,
    NO_COLOR: '1',
    VISUAL: undefined,
    EDITOR: `${process.execPath} ${path.join(folder, 'editor.cjs')}`,
  };
  await mkdir(path.join(folder, 'run'), { mode: 0o700 });

  execFileSync('git', ['init', '--quiet', '--bare', path.join(folder, 'remote.git')]);
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Ana');
  git('config', 'user.email', 'ana@example.com');
  git('remote', 'add', 'origin', path.join(folder, 'remote.git'));
  await copyFile(path.resolve(import.meta.dirname, 'canaries/service.mjs'), path.join(root, 'service.mjs'));
  await mkdir(path.join(root, 'node_modules'));
  await symlink(
    path.resolve(import.meta.dirname, '../embedded-mongo'),
    path.join(root, 'node_modules/embedded-mongo'),
  );
  // The person's editor adds the rest of the secrets; YAML takes JSON's strings.
  const lines = Object.entries(rest).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`);
  const editor = `require('fs').appendFileSync(process.argv[2], ${JSON.stringify(lines.join(''))});`;
  await writeFile(path.join(folder, 'editor.cjs'), editor);
  await writeFile(path.join(root, '.gitignore'), '.conductor/\n.env\n');
  await describe('good');
});

afterAll(async () => {
  // Everything of this environment ends with its host.
  await conductor('stop');
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

/** Port of the public address, chosen once. */
let port: number | undefined;

/** Writes the config; secrets are in it by name only. */
async function describe(behaviour: 'good' | 'crash') {
  port ??= await freePort();
  const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const secret = (name: string) => ({ kind: 'secret', name });
  const settings = Object.fromEntries(Object.keys(canaries).map((name) => [name, secret(name)]));
  const config = {
    project: 'careless',
    stores: { mongodb: { kind: 'mongodb' } },
    services: {
      web: {
        start: 'node service.mjs',
        paths: ['/'],
        health: { path: '/health', deadline: 20 },
        drain: 0,
        settings: {
          BEHAVIOUR: behaviour,
          MONGO_URL: { kind: 'store', store: 'mongodb', property: 'url' },
          ...settings,
        },
      },
    },
    // Runs as a check, and shows what a developer has on this machine.
    commands: {
      test: ['node', '-e', "console.log(require('fs').readFileSync('.env', 'utf8')); process.exit(1)"],
    },
    checks: { indexes: '/indexes' },
    environments: {
      local: {
        target: { kind: 'local', settings: { port } },
        bake: 0,
        checks: { required: ['settings'] },
        notify: [
          { kind: 'webhook', url: `${hook}/takes`, secret: 'c2lnbmluZy1rZXk=' },
          { kind: 'webhook', url: `${hook}/refuses`, secret: 'c2lnbmluZy1rZXk=' },
        ],
      },
    },
  };
  await writeFile(path.join(root, 'conductor.config.ts'), `export default ${JSON.stringify(config)};\n`);
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', `Behave ${behaviour}`);
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command as a person would, and watches the process list while it runs. */
async function conductor(
  command: string,
  {
    input = '',
    onOutput = () => {},
  }: { input?: string; onOutput?: (output: string, child: ChildProcess) => void } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, ['--report-uncaught-exception', main, ...command.split(' ')], {
    cwd: root,
    env: { ...environment, NODE_REPORT_EXCLUDE_ENV: '1' },
    stdio: 'pipe',
  });
  const watching = setInterval(() => {
    for (const line of execFileSync('ps', ['-eww', '-o', 'args'], { encoding: 'utf8' }).split('\n'))
      processes.add(line);
  }, 100);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      onOutput(output, child);
    });
  }
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(watching);
  said.push({ command, text: output });
  return { code, output };
}

/** Every file below a folder. */
async function filesOf(base: string): Promise<string[]> {
  const all = await readdir(base, { recursive: true, withFileTypes: true });
  return all.filter((each) => each.isFile()).map((each) => path.join(each.parentPath, each.name));
}

/** An .env file cannot carry every quote; those that it cannot are set by hand and in the editor. */
const inDotenv = (value: string) => !/["'`\\\n]/.test(value);
const dotenv = Object.entries(canaries)
  .filter(([name, value]) => name !== 'CANARY_0' && inDotenv(value))
  .map(([name, value]) => `${name}='${value}'\n`)
  .join('');
const rest = Object.fromEntries(Object.entries(canaries).filter(([, value]) => !inDotenv(value)));

test('secrets go in, and never out again', { timeout: 240_000 }, async () => {
  await writeFile(path.join(root, '.env'), Object.values(canaries).join('\n'));
  expect(await conductor('secrets recipients init --name ana')).toMatchObject({ code: 0 });
  expect(await conductor('secrets import -', { input: dotenv })).toMatchObject({ code: 0 });
  expect(await conductor('secrets set CANARY_0', { input: canaries.CANARY_0! })).toMatchObject({ code: 0 });
  expect(await conductor('secrets edit')).toMatchObject({ code: 0 });
  // A value where none belongs is refused; that it was in this command's own line is the person's doing, so it is not a canary.
  expect(await conductor('secrets set CANARY_0 by-mistake')).toMatchObject({ code: 2 });
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Add secrets');
  git('push', '--quiet', '--set-upstream', 'origin', 'main');

  const first = await conductor('deploy --json --probe 0');
  expect(first, first.output).toMatchObject({ code: 0 });
  await conductor('status --json');
  await conductor('status');
  await conductor('releases --json');
  await conductor('secrets list --json');

  // Nobody planted this one: Conductor made it, and the service is as careless with it.
  const secrets = { ...canaries, STORE_PASSWORD: await storePassword() };
  const logs = await conductor('logs --lines 100000');
  expect(logs.output).toMatch(/plain mongodb:\/\/conductor:\[password of mongodb\]@127\.0\.0\.1/);
  expect(logs.output).toContain('plain [CANARY_0]');
  await conductor('logs --json --lines 100000');

  const checked = await conductor('check --json --write');
  expect(checked.output).toContain('Tests pass');
  expect(checked.output).toContain('[CANARY_');

  await describe('crash');
  const failed = await conductor('deploy --json --probe 0 --reason canary');
  expect(failed.code, failed.output).toBe(4);
  expect(failed.output).toContain('cannot connect with [CANARY_5]');
  expect(failed.output).toContain('[password of mongodb]');

  // A deploy that is killed leaves its journal open, and what the next commands tell of it is searched too.
  await describe('good');
  const killed = await conductor('deploy --probe 0', {
    onOutput: (output, child) => {
      if (output.includes('Start the new release')) child.kill('SIGKILL');
    },
  });
  expect(killed.code).toBeNull();
  await conductor('status');
  expect(await conductor('abort')).not.toMatchObject({ code: 2 });

  // A rotated value is still in the logs of the releases that had it.
  await conductor('secrets rotate CANARY_1');
  await conductor('plan --json');
  const second = await conductor('deploy --probe 0');
  expect(second, second.output).toMatchObject({ code: 0 });
  await conductor('logs --lines 100000');
  await conductor('rollback --yes --json');

  // What is searched has to hold something: the service really wrote its secrets, and the team was really told.
  const conductorFiles = await filesOf(path.join(root, '.conductor'));
  const serviceLogs = (
    await Promise.all(
      conductorFiles.filter((file) => file.includes('/logs/')).map((file) => readFile(file, 'utf8')),
    )
  ).join('\n');
  expect(sightings(serviceLogs, secrets)).toHaveLength(51);
  expect(notified.some((body) => body.includes('deploy.failed'))).toBe(true);
  expect(processes.size).toBeGreaterThan(10);

  for (const { command, text } of said) expect(sightings(text, secrets), command).toEqual([]);
  for (const body of notified) expect(sightings(body, secrets), 'notification').toEqual([]);
  expect(sightings([...processes].join('\n'), secrets), 'process list').toEqual([]);

  // Files of ours that exist to hold secrets, or what a service itself wrote, are open to their owner only; no other holds any.
  const holders =
    /age\.key$|secrets\.json$|\/capsules\/|\/target\/(state\.json|logs\/|stores\/mongodb\/credentials$)/;
  for (const file of conductorFiles) {
    if (holders.test(file)) await expectPrivate(file);
    else expect(sightings(await readFile(file, 'latin1'), secrets), file).toEqual([]);
  }
  expect(sightings(await readFile(path.join(root, 'docs/DEPLOY_CHECKLIST.md'), 'utf8'), canaries)).toEqual(
    [],
  );

  // Everything that git has, here and on the remote: commits, trees, ledgers, tags.
  for (const repository of [root, path.join(folder, 'remote.git')]) {
    const objects = execFileSync('git', ['cat-file', '--batch-all-objects', '--batch'], {
      cwd: repository,
      maxBuffer: 256 * 1024 * 1024,
      encoding: 'latin1',
    });
    expect(sightings(objects, secrets), repository).toEqual([]);
  }
  // Crash reports would lie in the folder where the command ran.
  expect((await readdir(root)).filter((name) => name.startsWith('report.'))).toEqual([]);
});

/** The password that the host has made for the database. */
async function storePassword(): Promise<string> {
  const state = JSON.parse(await readFile(path.join(root, '.conductor/local/target/state.json'), 'utf8'));
  const [{ password }] = state.stores;
  expect(password).toMatch(/^[\w-]{32}$/);
  return password;
}

/** Neither the file nor a folder on the way to it, from the project on, can be entered by others. */
async function expectPrivate(file: string): Promise<void> {
  const open: string[] = [];
  for (let at = file; at !== root; at = path.dirname(at)) {
    const { mode } = await stat(at);
    if ((mode & 0o077) === 0) return;
    open.push(at);
  }
  expect.fail(`others can read ${file}: ${open.join(', ')}`);
}
