import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { namesIn, textIfThere } from './if-there.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conductor-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('reads what is there, and knows what is not', async () => {
  await writeFile(join(folder, 'one'), 'text\n');
  expect(await textIfThere(join(folder, 'one'))).toBe('text\n');
  expect(await textIfThere(join(folder, 'other'))).toBeUndefined();
  expect(await namesIn(folder)).toEqual(['one']);
  expect(await namesIn(join(folder, 'none'))).toEqual([]);
});

it('never takes what cannot be read for nothing', async () => {
  await writeFile(join(folder, 'one'), '');
  await expect(textIfThere(folder)).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(namesIn(join(folder, 'one'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});
