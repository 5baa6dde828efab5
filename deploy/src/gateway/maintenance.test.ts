import { expect, it } from 'vitest';
import { isLetThrough, languageOf } from './maintenance.ts';

it.each([
  [undefined, 'en'],
  ['', 'en'],
  ['de-DE,de;q=0.9', 'en'],
  ['pt-BR,pt;q=0.9,en;q=0.8', 'pt'],
  ['pt', 'pt'],
  ['en-US,en;q=0.9,pt;q=0.8', 'en'],
  ['en;q=0.3, pt-PT;q=0.7', 'pt'],
  ['pt;q=0,en;q=0.1', 'en'],
  ['*;q=0.5', 'en'],
  ['ptx;q=1', 'en'],
  ['pt;q=oops', 'pt'],
])('a visitor who accepts %j is told in %s', (accepted, language) => {
  expect(languageOf(accepted)).toBe(language);
});

it.each([
  [{ 'x-conductor-pass': 'secret' }, true],
  [{ 'x-conductor-pass': 'Secret' }, false],
  [{ 'x-conductor-pass': 'secret2' }, false],
  [{ 'x-conductor-pass': '' }, false],
  [{ 'x-conductor-pass': ['secret', 'secret'] as unknown as string }, false],
  [{}, false],
])('a request with %j is let through: %j', (headers, through) => {
  expect(isLetThrough({ pass: 'secret' }, { headers })).toBe(through);
});
