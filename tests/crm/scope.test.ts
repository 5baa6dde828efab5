import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { crmReference, referenceFile } from './reference.ts';
import { scope } from './scope.ts';

const root = join(import.meta.dirname, '../..');

it('is the page docs/reference/crm.md', async () => {
  await expect(crmReference(scope)).toMatchFileSnapshot(referenceFile);
});

it('says of nothing that it works which no test holds', async () => {
  const files = new Set(scope.flatMap(({ lines }) => lines.flatMap(({ tests }) => tests)));
  expect(files.size).toBeGreaterThan(50);
  for (const file of files)
    expect(await readFile(join(root, file), 'utf8'), file).toMatch(/\b(?:it|test)(?:\.\w+)?[.(]/);
});

it('says each thing once', () => {
  const all = scope.flatMap(({ lines }) => lines.map(({ what }) => what));
  expect(new Set(all).size).toBe(all.length);
});
