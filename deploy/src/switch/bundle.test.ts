import { expect, test } from 'vitest';
import { standalone } from '../../../packaging/standalone.ts';
import { switchProgram } from './bundle.ts';

test('is one file that fits where it has to be mounted, with nothing of this machine in it', async () => {
  const text = await switchProgram();
  expect(Buffer.byteLength(text)).toBeLessThan(450_000);
  expect(text).not.toContain(import.meta.dirname.split('/deploy/')[0]);
  const imported = [...text.matchAll(/\bfrom"([^"]+)"/g)].map(([, name]) => name!);
  expect(imported).toContain('node:http');
  expect(imported.filter((name) => !name.startsWith('node:'))).toEqual([]);
});

test('is the same text each time', async () => {
  const { code, modules } = await standalone('deploy/src/switch/main.ts');
  expect(code).toBe(await switchProgram());
  expect(modules.some((file) => file.includes('/undici/'))).toBe(true);
});
