import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChecksPolicyInput } from '../../config/checks.ts';
import { ask } from '../test/ask.ts';
import { type TestProject, testProject } from '../test/project.ts';
import { bundleBudget } from './bundle-budget.ts';
import { lazyRoutes } from './lazy-routes.ts';

let project: TestProject;
beforeEach(async () => {
  project = await testProject();
});
afterEach(() => project[Symbol.asyncDispose]());

const asked = async (
  check: typeof lazyRoutes,
  bundle: Partial<NonNullable<ChecksPolicyInput['bundle']>> = {},
) => ask(check, await project.context({}, { bundle: { folder: 'dist', ...bundle } }));

const manifest = {
  'index.html': { file: 'a/main.js', isEntry: true, imports: ['_vendor.js'], css: ['a/main.css'] },
  '_vendor.js': { file: 'a/vendor.js' },
  'src/leads.tsx': { file: 'a/leads.js', isDynamicEntry: true, imports: ['index.html'] },
};

test('a client that was not built cannot be judged', async () => {
  expect(await asked(bundleBudget)).toMatchObject({
    level: 'warning',
    detail: expect.stringContaining('Cannot tell'),
  });
  expect(await asked(lazyRoutes)).toMatchObject({
    level: 'warning',
    detail: expect.stringContaining('Cannot tell'),
  });
  expect(await ask(lazyRoutes, await project.context())).toBe('the config has no checks.bundle');
});

test('code and styles together are within the budget, other files do not count', async () => {
  await project.write({
    'dist/a/main.js': 'x'.repeat(3000),
    'dist/a/main.css': 'x'.repeat(999),
    'dist/logo.png': 'x'.repeat(9999),
  });
  expect(await asked(bundleBudget, { limit: 3999 })).toEqual({ level: 'ok', detail: '4 kB of 4 kB' });
  expect(await asked(bundleBudget, { limit: 3998 })).toMatchObject({
    level: 'failure',
    detail: expect.stringContaining('a/main.js 3 kB'),
  });
});

test('the first page loads its entry and what that imports, not the lazy parts', async () => {
  const noise = (length: number) =>
    Array.from({ length }, (_, index) => String.fromCharCode(33 + ((index * 7919) % 90))).join('');
  await project.write({
    'dist/a/main.js': 'x'.repeat(1000),
    'dist/a/vendor.js': 'x'.repeat(1000),
    'dist/a/main.css': 'x',
    'dist/a/leads.js': noise(50_000),
    'dist/.vite/manifest.json': JSON.stringify(manifest),
  });
  expect(await asked(bundleBudget, { initial: 200 })).toMatchObject({ level: 'ok' });
  expect(await asked(bundleBudget, { initial: 50 })).toMatchObject({ level: 'failure' });
});

test('lazy parts are counted in the manifest', async () => {
  await project.write({ 'dist/.vite/manifest.json': JSON.stringify(manifest) });
  expect(await asked(lazyRoutes)).toEqual({ level: 'ok', detail: '1 lazy parts' });
  expect(await asked(lazyRoutes, { lazy: 2 })).toMatchObject({ level: 'failure' });
});
