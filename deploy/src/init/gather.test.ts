import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { gather } from './gather.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'conductor-test-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(join(root, file, '..'), { recursive: true });
    await writeFile(join(root, file), file);
  }
}

it("reads what says something in the project's own folders, and nothing of others' code", async () => {
  await write(
    'README.md',
    'Procfile',
    'src/server.js',
    'apps/web/package.json',
    'apps/web/src/index.ts',
    '.do/app.yaml',
  );
  await write(
    'node_modules/a/package.json',
    'vendor/b/Dockerfile',
    '.git/package.json',
    'a/b/c/d/package.json',
  );
  const folders = await gather(root);
  expect(folders.map(({ path, texts }) => [path, [...texts.keys()]])).toEqual([
    ['.', ['Procfile']],
    ['.do', ['app.yaml']],
    ['apps/web', ['package.json']],
  ]);
  expect([...folders[0]!.names]).toEqual(expect.arrayContaining(['README.md', 'src', 'src/server.js']));
});

it('passes over links that lead nowhere, and folders that are called like a file', async () => {
  await symlink('nowhere', join(root, 'Dockerfile'));
  await symlink('Procfile', join(root, 'Procfile'));
  await mkdir(join(root, 'compose.yaml'));
  const [own] = await gather(root);
  expect(own!.texts.size).toBe(0);
});

it('leaves out what is too long to have been written by hand', async () => {
  await writeFile(join(root, 'package.json'), ' '.repeat(1024 * 1024 + 1));
  expect((await gather(root))[0]!.texts.size).toBe(0);
});
