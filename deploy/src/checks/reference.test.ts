import path from 'node:path';
import { expect, test } from 'vitest';
import { textIfThere } from '../text/if-there.ts';
import { renderDeployChecklist } from './deploy-checklist.ts';
import { checksAfter, checksBefore } from './index.ts';
import { renderReference } from './reference.ts';

const docs = path.resolve(import.meta.dirname, '../../../docs');
const checks = [...checksBefore, ...checksAfter];

test('docs/reference/checks.md says what the code does', async () => {
  await expect(renderReference(checks)).toMatchFileSnapshot(path.join(docs, 'reference/checks.md'));
});

test('docs/DEPLOY_CHECKLIST.md lists every check', async () => {
  const file = path.join(docs, 'DEPLOY_CHECKLIST.md');
  // What `conductor check --write` has added at its end is of one release, and stays.
  const [, release] = ((await textIfThere(file)) ?? '').split(/(?=<!-- conductor check: begin -->)/);
  const wanted = [renderDeployChecklist(checks), release].filter((part) => part !== undefined).join('\n');
  await expect(wanted).toMatchFileSnapshot(file);
});

test('every check has an id of its own', () => {
  const ids = checks.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z-]+$/);
});
