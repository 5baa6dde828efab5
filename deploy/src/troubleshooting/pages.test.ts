import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { chapters, errorPage } from './index.ts';

const source = path.resolve(import.meta.dirname, '..');
const library = path.resolve(source, '../../backup/src/errors.ts');

/** Codes that the source gives to errors; `*` stands for what it puts together when it happens. */
async function codes(): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const name of glob('**/*.ts', { cwd: source })) {
    if (/\.test\.ts$|\/testing\//.test(name)) continue;
    const text = readFileSync(path.join(source, name), 'utf8');
    for (const [, code] of text.matchAll(/\bcode: '([a-z]+\.[a-z.-]+|interrupted)'/g)) found.add(code!);
    for (const [, code] of text.matchAll(/\bcode: `([^`]+)`/g))
      found.add(code!.replaceAll(/\$\{[^}]*\}/g, '*'));
  }
  for (const [, code] of readFileSync(library, 'utf8').matchAll(/^ {2}\| '([a-z.-]+)'/gm)) found.add(code!);
  return found;
}

it('are there for every code in the source, and for no other', async () => {
  const written = Object.values(chapters).flatMap(Object.keys);
  expect(written).toHaveLength(new Set(written).size);
  const all = await codes();
  expect(all.size).toBeGreaterThan(150);
  const concrete = [...all].filter((code) => !code.includes('*'));
  expect(concrete.filter((code) => errorPage(code) === undefined)).toEqual([]);
  expect(written.filter((code) => !all.has(code))).toEqual([]);
});

it('say what it means and what to do, in whole sentences', () => {
  for (const [code, { means, todo }] of Object.values(chapters).flatMap(Object.entries)) {
    expect(means, code).toMatch(/^.{20,}\.$/s);
    expect(todo.length, code).toBeGreaterThan(0);
    for (const step of todo) expect(step, code).toMatch(/[.`]$/);
  }
});

it('are found for codes that are put together when they happen', () => {
  expect(errorPage('system.ENOSPC')?.means).toContain('operating system');
  expect(errorPage('logs.unknown-service')?.means).toContain('names a service');
  expect(errorPage('no.such-code')).toBeUndefined();
});
