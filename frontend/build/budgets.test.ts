import { randomBytes } from 'node:crypto';
import type { Rolldown } from 'vite';
import { expect, it } from 'vitest';
import { measure } from './budgets.ts';

const limits = { page: 'index.html', initialScript: 2_000, lazyScript: 1_000, inlineStyle: 50 };
const noise = (bytes: number) => randomBytes(bytes).toString('latin1');
const chunk = (fileName: string, code: string, more: Partial<Rolldown.OutputChunk> = {}) =>
  ({ type: 'chunk', fileName, code, imports: [], isEntry: false, ...more }) as Rolldown.OutputChunk;
const page = (source: string) => ({ type: 'asset', fileName: 'index.html', source }) as Rolldown.OutputAsset;
const bundle = (...files: (Rolldown.OutputChunk | Rolldown.OutputAsset)[]) =>
  Object.fromEntries(files.map((file) => [file.fileName, file])) as Rolldown.OutputBundle;

const over = (files: Rolldown.OutputBundle) =>
  measure(files, limits)
    .filter((size) => size.bytes > size.limit)
    .map((size) => size.name);

it('counts the entry with everything it imports statically, once', () => {
  const files = bundle(
    chunk('main.js', noise(800), { isEntry: true, imports: ['shared.js', 'router.js'] }),
    chunk('router.js', noise(800), { imports: ['shared.js'] }),
    chunk('shared.js', noise(300)),
    page('<style>body{}</style>'),
  );
  const [initial] = measure(files, limits);
  expect(initial!.bytes).toBeGreaterThan(1_900);
  expect(measure(files, limits)).toHaveLength(2);
});

it('finds too much at the start, a lazy script too large, and too much inline style', () => {
  expect(over(bundle(chunk('main.js', noise(2_500), { isEntry: true }), page('')))).toEqual([
    'initial scripts',
  ]);
  expect(
    over(bundle(chunk('main.js', '', { isEntry: true }), chunk('editor.js', noise(1_500)), page(''))),
  ).toEqual(['editor.js']);
  expect(over(bundle(page(`<style>${'a'.repeat(51)}</style>`)))).toEqual(['inline style of index.html']);
});

it('measures what is sent, after gzip', () => {
  expect(over(bundle(chunk('main.js', 'a'.repeat(1_000_000), { isEntry: true }), page('')))).toEqual([]);
});
