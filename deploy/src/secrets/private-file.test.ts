import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writePrivateFile } from './private-file.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'conductor-private-'));
  file = path.join(folder, 'inner', 'secret');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('only its owner can read it, also where it replaces one that everybody could', async () => {
  await writePrivateFile(file, 'first');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await rm(file);
  await writeFile(file, 'open', { mode: 0o644 });
  await writePrivateFile(file, 'second');
  expect([await readFile(file, 'utf8'), (await stat(file)).mode & 0o777]).toEqual(['second', 0o600]);
});

test('it replaces nothing where it must be the first', async () => {
  await writePrivateFile(file, 'first', { exclusive: true });
  await expect(writePrivateFile(file, 'second', { exclusive: true })).rejects.toMatchObject({
    code: 'EEXIST',
  });
  expect(await readFile(file, 'utf8')).toBe('first');
});

test('it is put in place as a whole, or not at all, and nothing else is left', async () => {
  await writePrivateFile(file, 'first');
  let seen = '';
  const before = async () => {
    seen = await readFile(file, 'utf8');
    throw new Error('changed meanwhile');
  };
  await expect(writePrivateFile(file, 'second', { before })).rejects.toThrow('changed meanwhile');
  expect(seen).toBe('first');
  expect(await readFile(file, 'utf8')).toBe('first');
  expect(await readdir(path.dirname(file))).toEqual(['secret']);
});
