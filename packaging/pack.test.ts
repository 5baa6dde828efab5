import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { switchProgram } from '../deploy/src/switch/bundle.ts';
import { pack } from './pack.ts';
import { packages, repository } from './packages.ts';

const run = promisify(execFile);

let folder: string;
/** A project in which the tarballs were unpacked, as npm does it, and nothing else is installed. */
let project: string;
/** Its files by package. */
const files: Record<string, string[]> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conductor-pack-'));
  project = join(folder, 'project');
  const tarballs = await pack(join(folder, 'packed'));
  for (const { name } of packages) {
    const place = join(project, 'node_modules', name);
    await mkdir(place, { recursive: true });
    await run('tar', ['-xzf', tarballs[name]!, '--strip-components=1', '-C', place]);
    files[name] = (await readdir(place, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(place.length + 1));
  }
  await writeFile(
    join(project, 'conductor.config.ts'),
    `import { defineConfig, local, secret, slack, store } from 'conductor-deploy';
export default defineConfig({
  project: 'hello',
  stores: { redis: { kind: 'redis' } },
  services: { web: { start: 'node web.js', paths: ['/'], settings: { REDIS_URL: store('redis').url, KEY: secret('KEY') } } },
  environments: { local: { target: local({ port: 8080 }), notify: [slack({ url: secret('SLACK') })] } },
});
`,
  );
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const command = (...words: string[]) =>
  run(process.execPath, [join(project, 'node_modules/conductor-deploy/dist/main.js'), ...words], {
    cwd: project,
    env: { PATH: process.env.PATH, HOME: folder },
  });

describe('conductor-deploy, unpacked into a project that has nothing else', () => {
  it('runs: version, help, and a command that reads the config', async () => {
    const { version } = JSON.parse(await readFile(join(repository, 'deploy/package.json'), 'utf8'));
    expect((await command('--version')).stdout).toBe(`conductor ${version}\n`);
    expect((await command('--help')).stdout).toContain('Usage: conductor COMMAND');
    expect(JSON.parse((await command('status', '--json')).stdout)).toMatchObject({ environment: 'local' });
  });

  it('runs for a project in another language, which has no packages at all', async () => {
    const other = join(folder, 'other');
    await mkdir(other);
    await writeFile(join(other, 'Procfile'), 'web: python3 app.py\n');
    const main = join(project, 'node_modules/conductor-deploy/dist/main.js');
    const typed = (...words: string[]) =>
      run(process.execPath, [main, ...words], { cwd: other, env: { PATH: process.env.PATH, HOME: folder } });
    expect((await typed('init', '--yes')).stderr).toContain('npx conductor-deploy deploy');
    expect(JSON.parse((await typed('status', '--json')).stdout)).toMatchObject({ environment: 'local' });
  });

  it('holds all that it loads late: encrypting, the scan for secrets, MongoDB, S3', async () => {
    const chunks = files['conductor-deploy']!.filter((file) => /^dist\/.*\.js$/.test(file));
    const place = join(project, 'node_modules/conductor-deploy');
    const late = chunks.filter((file) => file.startsWith('dist/chunks/'));
    expect(late.length).toBeGreaterThan(50);
    await writeFile(
      join(project, 'load.mjs'),
      `for (const file of ${JSON.stringify(late)}) await import(${JSON.stringify(place)} + '/' + file);`,
    );
    await run(process.execPath, ['load.mjs'], { cwd: project });
    const code = await Promise.all(chunks.map((file) => readFile(join(place, file), 'utf8')));
    // Whatever is imported by a package's name is Node's own, or an optional part.
    const named = code.flatMap((text) =>
      [...text.matchAll(/(?:^import [^;]*?from |^import |\bimport\()"([^."/][^"]*)"/gm)].map(
        ([, name]) => name!,
      ),
    );
    const allowed = new Set(packages.flatMap(({ bundled }) => bundled?.external ?? []));
    expect(named).toContain('node:http');
    expect(
      [...new Set(named)].filter(
        (name) => !name.startsWith('node:') && !isBuiltin(name) && !allowed.has(name),
      ),
    ).toEqual([]);
  });

  it('holds the switch as one file, the same as that of the repository', async () => {
    const file = join(project, 'node_modules/conductor-deploy/dist/switch.mjs');
    expect(await readFile(file, 'utf8')).toBe(await switchProgram());
  });

  it('gives an editor the types of a config, without anybody else’s', async () => {
    await writeFile(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'es2024',
          strict: true,
          noEmit: true,
          types: [],
          lib: ['es2024'],
        },
        files: ['conductor.config.ts'],
      }),
    );
    const tsc = [join(repository, 'node_modules/typescript/bin/tsc'), '-p', project];
    await run(process.execPath, tsc);
    const config = await readFile(join(project, 'conductor.config.ts'), 'utf8');
    await writeFile(join(project, 'conductor.config.ts'), config.replace("paths: ['/']", 'paths: 1'));
    const { stdout } = await run(process.execPath, tsc).catch((error) => error);
    expect(stdout).toMatch(/conductor\.config\.ts.*not assignable/);
    await writeFile(join(project, 'conductor.config.ts'), config);
  });

  it('is small, and holds no tests and no TypeScript but types', async () => {
    const place = join(project, 'node_modules/conductor-deploy');
    const sizes = await Promise.all(files['conductor-deploy']!.map((file) => stat(join(place, file))));
    const megabytes = sizes.reduce((sum, { size }) => sum + size, 0) / 1e6;
    expect(megabytes).toBeGreaterThan(1);
    expect(megabytes).toBeLessThan(15);
    for (const { name } of packages)
      expect(files[name]!.filter((file) => /\.test\.|(?<!\.d)\.ts$/.test(file))).toEqual([]);
  });

  it('says whose code it holds', async () => {
    const notices = await readFile(join(project, 'node_modules/conductor-deploy/NOTICES.md'), 'utf8');
    for (const name of ['mongodb', 'zod', 'undici', '@aws-sdk/client-s3', 'age-encryption', 'yaml'])
      expect(notices).toMatch(new RegExp(`^## ${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
  });
});

describe('the libraries', () => {
  it('embedded-mongo starts as a command and as a module', async () => {
    // What npm would install beside it.
    for (const name of ['bson', 'mingo'])
      await symlink(join(repository, 'node_modules', name), join(project, 'node_modules', name));
    const main = join(project, 'node_modules/embedded-mongo/dist/main.js');
    expect((await run(process.execPath, [main, '--help'])).stdout).toContain('usage: embedded-mongo');
    await writeFile(
      join(project, 'try.mjs'),
      `import { startEmbeddedMongo } from 'embedded-mongo';
const server = await startEmbeddedMongo({ data: ':memory:', port: 0 });
console.log(server.url);
await server.close();`,
    );
    expect((await run(process.execPath, ['try.mjs'], { cwd: project })).stdout).toMatch(
      /^mongodb:\/\/127\.0\.0\.1:\d+/,
    );
  });

  it('name exactly the versions of one another', async () => {
    const manifest = async (name: string) =>
      JSON.parse(await readFile(join(project, 'node_modules', name, 'package.json'), 'utf8'));
    const { version } = await manifest('embedded-mongo');
    for (const name of ['conductor-backup', 'conductor-deploy']) {
      expect((await manifest(name)).peerDependencies).toEqual({ 'embedded-mongo': version });
      expect((await manifest(name)).version).toBe(version);
    }
  });
});
