import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Release } from '../../../model/release.ts';
import type { Service } from '../../../model/service.ts';
import { identify, isAlive } from '../host/process-id.ts';
import { prepareFolders } from '../paths.ts';
import { TestPlace } from '../testing/place.ts';
import { endLeftRunning } from './left-running.ts';
import { prune } from './prune.ts';
import { allModulesOf, type BuiltRelease, buildRelease } from './release-folder.ts';

const first = 'v20260101_000000';
const second = 'v20260101_000100';

let place: TestPlace;
beforeEach(async () => {
  place = await TestPlace.open();
  prepareFolders(place.paths);
});
afterEach(() => place.close());

const write = (file: string, text: string, root = place.root) => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
    cwd: place.root,
    encoding: 'utf8',
  }).trim();
const commit = () => {
  git('add', '-A');
  git('commit', '-qm', 'x');
  return git('rev-parse', 'HEAD');
};

async function build(
  release: Release,
  services: readonly Service[] = [],
  signal = new AbortController().signal,
) {
  const said: string[] = [];
  const building = buildRelease(place.paths, release, services, { proven: false, signal });
  for (;;) {
    const { value, done } = await building.next();
    if (done) return { ...(value as BuiltRelease), said };
    said.push(value.detail);
  }
}

describe('source', () => {
  it('is the commit, whatever the tree looks like by now', async () => {
    git('init', '-q');
    write('a.txt', 'one');
    const id = commit();
    write('a.txt', 'two');
    const { folder } = await build(place.release(first, { commit: id, dirty: false }));
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('one');
  });

  it('is the working tree without what git ignores, where it is not clean', async () => {
    git('init', '-q');
    write('.gitignore', '.conductor\nsecret\n');
    write('kept.txt', 'one');
    write('gone.txt', 'one');
    const id = commit();
    write('kept.txt', 'two');
    write('new/file.txt', 'three');
    write('secret', 'x');
    rmSync(join(place.root, 'gone.txt'));
    symlinkSync('kept.txt', join(place.root, 'link'));
    const { folder } = await build(place.release(first, { commit: id, dirty: true }));
    expect(readFileSync(join(folder, 'link'), 'utf8')).toBe('two');
    expect(readFileSync(join(folder, 'new/file.txt'), 'utf8')).toBe('three');
    expect(readdirSync(folder)).not.toContain('secret');
    expect(readdirSync(folder)).not.toContain('gone.txt');
  });

  it('is everything but dependencies, where there is no git', async () => {
    write('node_modules/x/index.js', '');
    const { folder } = await build(place.release(first));
    expect(readdirSync(folder)).toEqual(['.conductor-release.json', 'server.mjs']);
  });

  it('of a commit that is not there is an error that leaves nothing behind', async () => {
    git('init', '-q');
    commit();
    const release = place.release(first, { commit: 'f'.repeat(40), dirty: false });
    await expect(build(release)).rejects.toMatchObject({ code: 'local.source', exit: 3 });
    expect(readdirSync(place.paths.releases)).toEqual([]);
  });
});

describe('dependencies', () => {
  /** A project with a workspace, a scoped one, and a dependency, as npm has installed them. */
  function installed(): void {
    const root = { private: true, workspaces: ['tool', 'lib'], dependencies: { dep: '1.0.0' } };
    write('package.json', JSON.stringify(root));
    write(
      'tool/package.json',
      JSON.stringify({ name: 'tool', type: 'module', dependencies: { '@x/lib': '*' } }),
    );
    write(
      'tool/main.ts',
      `import { name } from '@x/lib'; import dep from 'dep'; console.log(name satisfies string, dep);`,
    );
    write('lib/package.json', JSON.stringify({ name: '@x/lib', type: 'module', exports: './index.ts' }));
    write('lib/index.ts', 'export const name: string = "one";');
    const packages = {
      '': root,
      tool: { dependencies: { '@x/lib': '*' } },
      lib: { name: '@x/lib' },
      'node_modules/tool': { resolved: 'tool', link: true },
      'node_modules/@x/lib': { resolved: 'lib', link: true },
      'node_modules/dep': { version: '1.0.0' },
    };
    write('package-lock.json', JSON.stringify({ lockfileVersion: 3, packages }));
    write('node_modules/dep/package.json', JSON.stringify({ name: 'dep', main: 'index.js' }));
    write('node_modules/dep/index.js', 'module.exports = "dep";');
    write('node_modules/.cache/big', 'x');
    write('tool/node_modules/nested/package.json', JSON.stringify({ name: 'nested' }));
    mkdirSync(join(place.root, 'node_modules/@x'), { recursive: true });
    symlinkSync('../../lib', join(place.root, 'node_modules/@x/lib'));
    symlinkSync('../tool', join(place.root, 'node_modules/tool'));
    const { '': _, ...there } = packages;
    write('node_modules/.package-lock.json', JSON.stringify({ lockfileVersion: 3, packages: there }));
  }

  it('are shared by releases, while packages of the project are those of the release', async () => {
    installed();
    const one = await build(place.release(first));
    write('lib/index.ts', 'export const name: string = "two";');
    const two = await build(place.release(second));
    expect(two.modules).toBe(one.modules);
    expect(readdirSync(place.paths.modules)).toEqual([one.modules]);
    const said = [one, two].map(({ folder }) =>
      execFileSync(process.execPath, [join(folder, 'tool/main.ts')], {
        encoding: 'utf8',
        cwd: folder,
      }).trim(),
    );
    expect(said).toEqual(['one dep', 'two dep']);
    expect(realpathSync(join(one.folder, 'tool/node_modules/nested'))).toContain(place.paths.modules);
    // The project's own may be replaced: a release does not need them.
    rmSync(join(place.root, 'node_modules'), { recursive: true });
    execFileSync(process.execPath, [join(two.folder, 'tool/main.ts')], { cwd: two.folder });
    expect(existsSync(join(place.paths.modules, one.modules ?? '', 'node_modules/.cache'))).toBe(false);
  });

  /** A package manager that says how it was called in a file, and installs one package. */
  async function withManager<T>(name: string, work: () => Promise<T>): Promise<T> {
    const bin = join(place.folder, 'bin');
    mkdirSync(bin);
    const script =
      '#!/bin/sh\necho "$@" > called\nmkdir -p node_modules/dep && echo "module.exports=1" > node_modules/dep/index.js\n';
    writeFileSync(join(bin, name), script, { mode: 0o755 });
    const path = process.env.PATH;
    process.env.PATH = `${bin}:${path}`;
    try {
      return await work();
    } finally {
      process.env.PATH = path;
    }
  }
  const lock = () => JSON.parse(readFileSync(join(place.root, 'package-lock.json'), 'utf8'));

  it.each([
    ['nothing is', () => rmSync(join(place.root, 'node_modules/.package-lock.json'))],
    [
      'an older one is',
      () => {
        const { packages } = lock();
        packages['node_modules/dep'].version = '1.0.1';
        write('package-lock.json', JSON.stringify({ lockfileVersion: 3, packages }));
      },
    ],
    [
      'one is not',
      () => {
        const { packages } = lock();
        packages['node_modules/more'] = { version: '1.0.0' };
        write('package-lock.json', JSON.stringify({ lockfileVersion: 3, packages }));
      },
    ],
    [
      'more is',
      () => {
        const { packages } = lock();
        packages['node_modules/more'] = { version: '1.0.0' };
        write('node_modules/.package-lock.json', JSON.stringify({ packages }));
      },
    ],
  ])('are installed for the release where %s installed in the project', async (_, change) => {
    installed();
    change();
    await withManager('npm', async () => {
      const { said, modules } = await build(place.release(first));
      expect(said).toContainEqual(
        expect.stringMatching(/^dependencies: npm ci of \d+ packages?, which this machine/),
      );
      expect(readFileSync(join(place.paths.modules, modules ?? '', 'called'), 'utf8')).toMatch(/^ci /);
    });
  });

  it('of another platform may be missing in the project', async () => {
    installed();
    const { packages } = lock();
    packages['node_modules/for-windows'] = { version: '1.0.0', optional: true };
    write('package-lock.json', JSON.stringify({ lockfileVersion: 3, packages }));
    const { said } = await build(place.release(first));
    expect(said).toContain('dependencies');
  });

  it('outside of the project are linked to where they are', async () => {
    installed();
    const outside = join(place.root, '../library');
    mkdirSync(outside);
    writeFileSync(join(outside, 'package.json'), JSON.stringify({ name: 'library', main: 'index.js' }));
    writeFileSync(join(outside, 'index.js'), 'module.exports = "outside";');
    const { packages } = lock();
    Object.assign(packages, {
      '../library': { name: 'library' },
      'node_modules/library': { resolved: '../library', link: true },
    });
    write('package-lock.json', JSON.stringify({ lockfileVersion: 3, packages }));
    write('node_modules/.package-lock.json', JSON.stringify({ packages }));
    symlinkSync('../../library', join(place.root, 'node_modules/library'));
    write('use.cjs', 'console.log(require("library"))');
    const { folder } = await build(place.release(first));
    expect(execFileSync(process.execPath, [join(folder, 'use.cjs')], { encoding: 'utf8' })).toBe('outside\n');
  });

  it.each([
    ['pnpm', 'pnpm-lock.yaml', 'lockfileVersion: 9.0', 'install --frozen-lockfile'],
    ['yarn', 'yarn.lock', '# yarn lockfile v1', 'install --frozen-lockfile'],
    ['yarn', 'yarn.lock', '__metadata:\n  version: 8', 'install --immutable'],
    ['bun', 'bun.lock', '{}', 'install --frozen-lockfile'],
    ['npm', 'package.json', '{"dependencies":{"dep":"1"}}', 'install --no-audit --no-fund'],
  ])('are installed by %s, as %s says', async (program, file, text, called) => {
    write('package.json', '{"dependencies":{"dep":"1"}}');
    write(file, text);
    write('use.cjs', 'console.log(require("dep"))');
    await withManager(program, async () => {
      const { folder, modules } = await build(place.release(first));
      expect(modules).toBe(null);
      expect(readFileSync(join(folder, 'called'), 'utf8').trim()).toBe(called);
      expect(execFileSync(process.execPath, [join(folder, 'use.cjs')], { encoding: 'utf8' })).toBe('1\n');
    });
  });

  it('of folders beside one another are those of each', async () => {
    for (const [folder, version] of [
      ['backend', 'one'],
      ['frontend', 'two'],
    ] as const) {
      write(`${folder}/package.json`, JSON.stringify({ name: folder, dependencies: { dep: version } }));
      write(
        `${folder}/package-lock.json`,
        JSON.stringify({ lockfileVersion: 3, packages: { '': {}, 'node_modules/dep': { version } } }),
      );
      write(
        `${folder}/node_modules/.package-lock.json`,
        JSON.stringify({ packages: { 'node_modules/dep': { version } } }),
      );
      write(`${folder}/node_modules/dep/index.js`, `module.exports = '${version}';`);
      write(`${folder}/node_modules/.bin/tool`, `#!/bin/sh\necho ${version} > made.txt\n`);
      chmodSync(join(place.root, folder, 'node_modules/.bin/tool'), 0o755);
      write(`${folder}/use.cjs`, 'console.log(require("dep"))');
    }
    const services = ['backend', 'frontend'].map((root) =>
      place.service('good', { name: root, root, build: ['tool'] }),
    );
    const { folder, said } = await build(place.release(first), services);
    expect(said).toEqual(expect.arrayContaining(['dependencies of backend', 'dependencies of frontend']));
    for (const [root, version] of [
      ['backend', 'one'],
      ['frontend', 'two'],
    ] as const) {
      const use = execFileSync(process.execPath, [join(folder, root, 'use.cjs')], { encoding: 'utf8' });
      expect(use).toBe(`${version}\n`);
      // Its own programs come first.
      expect(readFileSync(join(folder, root, 'made.txt'), 'utf8')).toBe(`${version}\n`);
    }
    expect(await allModulesOf(folder)).toHaveLength(2);
    expect(readdirSync(place.paths.modules).toSorted()).toEqual((await allModulesOf(folder)).toSorted());
  });

  it('of a package manager that is not here are said so', async () => {
    write('package.json', '{}');
    write('bun.lockb', '');
    const path = process.env.PATH;
    process.env.PATH = '/usr/bin:/bin';
    try {
      await expect(build(place.release(first))).rejects.toMatchObject({
        code: 'local.no-package-manager',
        message: expect.stringContaining('no bun on the PATH'),
        exit: 3,
      });
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('build commands', () => {
  const service = (): Service =>
    place.service('good', { name: 'page', root: 'page', build: ['node', 'make.mjs'] });
  const make = `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
mkdirSync('dist', { recursive: true });
writeFileSync('dist/out.txt', readFileSync('in.txt', 'utf8').toUpperCase() + Math.random());`;

  it('run once for the same inputs', async () => {
    write('page/make.mjs', make);
    write('page/in.txt', 'hello');
    const out = ({ folder }: BuiltRelease) => readFileSync(join(folder, 'page/dist/out.txt'), 'utf8');
    const one = await build(place.release(first), [service()]);
    write('other.txt', 'not its concern');
    const two = await build(place.release(second), [service()]);
    expect(out(one)).toMatch(/^HELLO/);
    expect(out(two)).toBe(out(one));
    expect(two.said).toContain('unchanged since an earlier build');
    write('page/in.txt', 'bye');
    expect(out(await build(place.release('v20260101_000200'), [service()]))).toMatch(/^BYE/);
  });

  it('that fail name their service and show their last lines, and leave no release behind', async () => {
    write('page/make.mjs', 'console.error("cannot make it"); process.exit(2);');
    const failing = build(place.release(first), [service()]);
    await expect(failing).rejects.toMatchObject({
      name: 'BuildFailed',
      service: 'page',
      lines: expect.arrayContaining([expect.stringContaining('cannot make it')]),
    });
    expect(readdirSync(place.paths.releases)).toEqual([]);
  });

  it('are ended by an abort, with all they have started', async () => {
    write(
      'page/make.mjs',
      `import { spawn } from 'node:child_process'; spawn('sleep', ['60']); setInterval(() => {}, 1000);`,
    );
    const abort = new AbortController();
    const building = build(place.release(first), [service()], abort.signal);
    setTimeout(() => abort.abort(), 300);
    await expect(building).rejects.toThrow(/abort/);
    expect(readdirSync(place.paths.releases)).toEqual([]);
  });
});

it('what a killed build still runs is ended, with all that it has started', async () => {
  const child = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const self = identify(child.pid!)!;
  const grandchild = identify(Number(said.toString()))!;
  writeFileSync(place.paths.running, JSON.stringify(self));
  // Not someone else's who got the number.
  writeFileSync(`${place.paths.running}.other`, JSON.stringify({ ...self, born: 'another time' }));
  await endLeftRunning(`${place.paths.running}.other`);
  expect(isAlive(self)).toBe(true);

  const gone = new Promise((resolve) => child.once('exit', resolve));
  await build(place.release(first));
  await gone;
  await expect.poll(() => isAlive(grandchild)).toBe(false);
  expect(existsSync(place.paths.running)).toBe(false);
});

it('a command that ignores SIGTERM is ended all the same when it is called off', async () => {
  const calledOff = new AbortController();
  const service = place.service('good', {
    build: ['sh', '-c', "trap '' TERM; touch began; sleep 60 & wait; sleep 60"],
  });
  const building = build(place.release(first), [service], calledOff.signal);
  const began = join(place.paths.releases, `.making-${first}`, 'began');
  await expect.poll(() => existsSync(began)).toBe(true);
  const { pid } = JSON.parse(readFileSync(place.paths.running, 'utf8')) as { pid: number };
  calledOff.abort(new Error('called off'));
  await expect(building).rejects.toThrow('called off');
  expect(identify(pid)).toBeNull();
});

it('what a killed build has left is not a release, and is cleared away', async () => {
  write(`.making-${first}/half`, 'x', place.paths.releases);
  write('.making-abc/half', 'x', place.paths.modules);
  const { folder } = await build(place.release(first));
  expect(existsSync(join(folder, 'half'))).toBe(false);
  expect(readdirSync(place.paths.releases)).toEqual([first]);
  expect(readdirSync(place.paths.modules)).toEqual([]);
});

it('pruning keeps the newest and those in use', async () => {
  const versions = Array.from({ length: 6 }, (_, i) => `v20260101_00000${i}`);
  for (const version of versions) {
    await build(place.release(version));
    write(`web@${version}.log`, 'x', place.paths.logs);
  }
  write('unused/file', 'x', place.paths.modules);
  await prune(place.paths, 2, new Set([versions[1]!]));
  const kept = [versions[1], versions[4], versions[5]];
  expect(readdirSync(place.paths.releases)).toEqual(kept);
  expect(readdirSync(place.paths.logs)).toEqual(kept.map((version) => `web@${version}.log`));
  expect(readdirSync(place.paths.modules)).toEqual([]);
});
