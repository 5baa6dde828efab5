import path from 'node:path';
import { expect, test } from 'vitest';
import { checksAfter, checksBefore } from './index.ts';
import { renderReference } from './reference.ts';

const reference = path.resolve(import.meta.dirname, '../../../docs/reference/checks.md');

test('docs/reference/checks.md says what the code does', async () => {
  await expect(renderReference([...checksBefore, ...checksAfter])).toMatchFileSnapshot(reference);
});

test('every check has an id of its own', () => {
  const ids = [...checksBefore, ...checksAfter].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z-]+$/);
});
