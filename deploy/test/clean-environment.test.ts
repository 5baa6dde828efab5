import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { glob } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { findGit } from '../src/checks/git.ts';
import { commandRunner } from '../src/checks/run-command.ts';
import { git } from '../src/environment/git.ts';
import { Systemd } from '../src/environment/systemd.ts';
import { GitRefs } from '../src/ledger/git-refs.ts';
import { cleanEnvironment } from '../src/model/clean-environment.ts';
import { createRedactor, editSecrets, installMergeDriver } from '../src/secrets/index.ts';
import { buildRelease } from '../src/targets/local/builder/release-folder.ts';
import { prepareFolders } from '../src/targets/local/paths.ts';
import { storePrograms } from '../src/targets/local/store-programs.ts';
import { deploy } from '../src/targets/local/testing/deploy.ts';
import { TestPlace } from '../src/targets/local/testing/place.ts';
import { exportSource } from '../src/targets/source.ts';

/** What whoever runs Conductor may have in their environment, and no program that it starts may see. */
const canaries = {
  RAILWAY_API_TOKEN: 'canary-railway-account',
  RAILWAY_TOKEN: 'canary-railway-project',
  RENDER_API_KEY: 'canary-render',
  DIGITALOCEAN_TOKEN: 'canary-digitalocean',
  CONDUCTOR_AGE_KEY: 'canary-age-key',
  CONDUCTOR_CANARY: 'canary-of-conductor',
  BACKUP_SECRET_ACCESS_KEY: 'canary-backup',
  SECRET_KEY: 'canary-secret-key',
  AWS_SECRET_ACCESS_KEY: 'canary-aws',
  NODE_AUTH_TOKEN: 'canary-npm',
};
/** What a machine behind a proxy needs. */
const machine = {
  HTTPS_PROXY: 'http://proxy.example:3128',
  no_proxy: 'localhost',
  NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
};
const forNpm = { npm_config_registry: 'http://npm.example/', CI: 'yes' };

let folder: string;
let place: TestPlace;
let clone: string;

const recorded = () => path.join(folder, 'recorded');
/** Programs in place of the real ones, which write down their environment and go on as the real one, where there is one. */
function watch(...names: readonly string[]) {
  for (const name of names) {
    const real = (process.env.PATH ?? '')
      .split(path.delimiter)
      .map((each) => path.join(each, name))
      .find((each) => existsSync(each));
    const then = ['git', 'tar', 'mkfifo'].includes(name) ? `exec '${real}' "$@"` : 'exit 0';
    const file = path.join(folder, 'bin', name);
    writeFileSync(file, `#!/bin/sh\nenv > '${recorded()}/${name}'.$$\n${then}\n`, { mode: 0o755 });
  }
}

beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'conductor-clean-')));
  mkdirSync(path.join(folder, 'bin'));
  clone = path.join(folder, 'clone');
  const run = (...args: string[]) => execFileSync('git', args, { stdio: 'pipe' });
  run('init', '--quiet', '--bare', path.join(folder, 'remote'));
  run('init', '--quiet', clone);
  run('-C', clone, 'remote', 'add', 'origin', path.join(folder, 'remote'));
  writeFileSync(path.join(clone, 'file'), 'x');
  run('-C', clone, 'add', '.');
  run('-C', clone, '-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--quiet', '-m', 'x');
  watch('git', 'tar', 'npm', 'mkfifo', 'redis-server', 'mongod', 'systemctl', 'my-editor', 'my-test');
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  rmSync(recorded(), { recursive: true, force: true });
  mkdirSync(recorded());
  vi.stubEnv('PATH', `${path.join(folder, 'bin')}${path.delimiter}${process.env.PATH}`);
  for (const [name, value] of Object.entries({ ...canaries, ...machine, ...forNpm })) vi.stubEnv(name, value);
  vi.stubEnv('EDITOR', 'my-editor');
  vi.stubEnv('SSH_AUTH_SOCK', '/run/agent');
  place = await TestPlace.open();
  prepareFolders(place.paths);
});
afterEach(async () => {
  await place.close();
  vi.unstubAllEnvs();
});

const environments = (program: string) =>
  readdirSync(recorded())
    .filter((name) => name.startsWith(`${program}.`))
    .map((name) => readFileSync(path.join(recorded(), name), 'utf8'));

const text = (values: Readonly<Record<string, string | undefined>>) =>
  Object.entries(values).map(([name, value]) => `${name}=${value}`);

/** Each kind of program that is started: which it is, how that comes about, and what else it must get. */
const kinds: Record<string, { run: () => Promise<unknown>; gets?: readonly string[] }> = {
  'my-test': {
    run: () => commandRunner(clone, createRedactor({}))(['my-test'], new AbortController().signal),
    gets: text(forNpm),
  },
  npm: {
    run: () => built({ lockfile: true }),
    gets: text(forNpm),
  },
  'my-build': { run: () => built({ lockfile: false }), gets: text({ ...forNpm, CI: '1' }) },
  tar: { run: async () => exportSource(clone, await git(clone, 'rev-parse', 'HEAD'), place.root) },
  'my-editor': { run: () => editSecrets({ A: 'a' }) },
  systemctl: { run: () => new Systemd('user').do('daemon-reload') },
  'redis-server': {
    run: () =>
      storePrograms([{ name: 'redis', kind: 'redis' }], place.root, place.root, process.execPath, () => {}),
  },
  mongod: {
    run: () =>
      storePrograms([{ name: 'db', kind: 'mongodb' }], place.root, place.root, process.execPath, () => {}),
  },
};
const gitUses: Record<string, () => Promise<unknown>> = {
  'of a check': async () => (await findGit(clone))?.(['status']),
  'of an environment': () => git(clone, 'status'),
  'of the shared ledger': () => new GitRefs(clone, 'origin', 'refs/conductor/test').fetch(),
  'of the secrets': () => installMergeDriver(clone),
  'of a build': () => exportSource(clone, null, place.root),
};

async function built({ lockfile }: { readonly lockfile: boolean }, pass?: readonly string[]) {
  watch('my-build');
  if (lockfile) {
    const manifest = { name: 'x', version: '1.0.0' };
    writeFileSync(path.join(place.root, 'package.json'), JSON.stringify(manifest));
    const lock = { ...manifest, lockfileVersion: 3, packages: { '': manifest } };
    writeFileSync(path.join(place.root, 'package-lock.json'), JSON.stringify(lock));
    mkdirSync(path.join(place.root, 'node_modules'));
    writeFileSync(path.join(place.root, 'node_modules/.conductor-lock'), 'of another lock file');
  }
  const services = [place.service('good', { build: ['my-build'] })];
  const options = { proven: false, signal: new AbortController().signal, ...(pass && { pass }) };
  const building = buildRelease(place.paths, place.release('v20260101_000000'), services, options);
  while (!(await building.next()).done);
}

function expectClean(program: string, gets: readonly string[] = []) {
  const all = environments(program);
  expect(all.length, `${program} was not started`).toBeGreaterThan(0);
  for (const environment of all) {
    for (const canary of Object.values(canaries)) expect(environment).not.toContain(canary);
    for (const line of [...text(machine), `HOME=${process.env.HOME}`, ...gets])
      expect(environment.split('\n')).toContain(line);
    expect(environment).toContain(`PATH=`);
  }
}

describe('no token, key or secret of whoever runs Conductor reaches', () => {
  it.each(Object.entries(kinds))('%s', async (program, { run, gets }) => {
    await run();
    expectClean(program, gets);
  });

  it.each(Object.entries(gitUses))('git %s, which keeps its way to a remote', async (_, run) => {
    await run();
    expectClean('git', ['SSH_AUTH_SOCK=/run/agent']);
  });

  it('the host of this machine, its services and their stores', async () => {
    await deploy(place.target(), place.release('v20260101_000000'), [place.service()]);
    const service = await (await fetch(`${place.url}/env`)).text();
    expect(JSON.parse(service)).toMatchObject(machine);
    for (const canary of Object.values(canaries)) expect(service).not.toContain(canary);
    if (process.platform !== 'linux') return;
    const host = readFileSync(`/proc/${place.hostPid}/environ`, 'utf8');
    expect(host.split('\0')).toEqual(expect.arrayContaining(text(machine)));
    for (const canary of Object.values(canaries)) expect(host).not.toContain(canary);
  });
});

it('passes on what the config names', async () => {
  const passed = 'RENDER_API_KEY=canary-render';
  const signal = new AbortController().signal;
  await commandRunner(clone, createRedactor({}), ['RENDER_API_KEY', 'NOT_THERE'])(['my-test'], signal);
  await built({ lockfile: true }, ['RENDER_API_KEY']);
  for (const program of ['my-test', 'npm', 'my-build']) {
    expect(environments(program).join()).toContain(passed);
    expect(environments(program).join()).not.toContain('canary-age-key');
  }
});

it('gives a program what concerns the machine, and what is named', () => {
  const env = {
    PATH: '/bin',
    LC_TIME: 'C',
    https_proxy: 'p',
    Http_Proxy: 'q',
    HOME: undefined,
    TOKEN: 't',
    PATHS: 'x',
  };
  expect(cleanEnvironment([], env)).toEqual({
    PATH: '/bin',
    LC_TIME: 'C',
    https_proxy: 'p',
    Http_Proxy: 'q',
  });
  expect(cleanEnvironment(['TOKEN', /^PATHS$/], env)).toMatchObject({ TOKEN: 't', PATHS: 'x' });
});

/** Files whose programs get the environment that their caller made. */
const given = ['targets/foreground.ts', 'targets/local/builder/run.ts', 'targets/local/host/child.ts'];

it('starts no program without saying what it gets', async () => {
  const source = path.join(import.meta.dirname, '../src');
  let calls = 0;
  for await (const name of glob('**/*.ts', { cwd: source })) {
    if (/\.test\.ts$|\/(?:test|testing)\//.test(name)) continue;
    const code = readFileSync(path.join(source, name), 'utf8');
    const imported = /import \{([^}]*)\} from 'node:child_process'/.exec(code)?.[1];
    if (imported === undefined) continue;
    const names = [...imported.split(',').map((each) => each.trim()), ...aliases(code)].filter(
      (each) => each && each !== 'execFile',
    );
    for (const call of callsOf(names, code)) {
      calls += 1;
      expect(call, `${name}: ${call}`).toMatch(/\benv\b/);
    }
    if (!given.includes(name)) expect(code, name).toContain('cleanEnvironment(');
  }
  expect(calls).toBeGreaterThan(20);
});

const aliases = (code: string) =>
  [...code.matchAll(/const (\w+) = promisify\(execFile\)/g)].map(([, alias]) => alias!);

/** The text of each call of these functions, from the name to the closing parenthesis. */
function* callsOf(names: readonly string[], code: string) {
  for (const { index } of code.matchAll(new RegExp(`(?<![\\w.])(?:${names.join('|')})\\((?=[^)])`, 'g'))) {
    let depth = 0;
    let end = code.indexOf('(', index);
    do {
      if (code[end] === '(') depth += 1;
      if (code[end] === ')') depth -= 1;
      end += 1;
    } while (depth > 0);
    // A function of the file with the same name is not a call.
    const call = code.slice(index, end);
    if (!code.slice(Math.max(0, index - 9), index).includes('function')) yield call;
  }
}
