import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { doorPath } from '../server/door-paths.ts';
import { chooseLocale } from '../src/i18n/locales.ts';
import { appFiles, finishDoor } from './door-page.ts';

const read = (file: string) => readFile(new URL(`../${file}`, import.meta.url), 'utf8');

it('puts styles, screens and the names of the application into the page', () => {
  const finished = finishDoor(
    '<head>\n<link rel="stylesheet" crossorigin href="/assets/door.css">\n<script type="module" src="/assets/door.js"></script></head><div id="root"></div>',
    {
      style: (file) => `/* ${file} $& */`,
      variables: '<style data-look></style>',
      drawings: { 'login en': '<h1>$&</h1>' },
      appFiles: ['/assets/a.js', '/assets/a.css'],
    },
  );
  expect(finished).not.toContain('<link');
  expect(finished).toContain('<script type="module" fetchpriority="low" src="/assets/door.js">');
  expect(finished).toContain('<style>/* assets/door.css $& */</style>');
  expect(finished).toContain('<style data-look></style>');
  expect(finished).toContain('<meta name="app-files" content="/assets/a.js /assets/a.css">');
  expect(finished).toContain('<div id="root"></div>\n<template id="login en"><h1>$&</h1></template>');
});

it('names what the application begins with, each file once, and nothing that comes later', () => {
  const manifest = {
    'index.html': { file: 'a.js', imports: ['b'], css: ['a.css'], dynamicImports: ['late'] },
    b: { file: 'b.js', imports: ['index.html'] },
    late: { file: 'late.js' },
  };
  expect(appFiles(manifest)).toEqual(['/a.js', '/a.css', '/b.js']);
});

it('is served by nginx at the same addresses', async () => {
  expect(await read('../docker/nginx/nginx.conf.template')).toContain(
    `location ~ ${doorPath.source.replaceAll('\\/', '/')} {`,
  );
});

it('has the same ground as the application, and says the same of itself', async () => {
  const ground = async (file: string) => /:root \{[\s\S]*?color-scheme: dark;/.exec(await read(file))![0];
  expect(await ground('door.html')).toBe(await ground('index.html'));
  const about = async (file: string) => (await read(file)).match(/<(?:meta|link) .*/g);
  expect(await about('door.html')).toEqual(await about('index.html'));
});

describe('what its script knows before anything is painted', () => {
  it.each([
    [null, ['pt-PT', 'en']],
    [null, ['de', 'en-GB']],
    [null, ['de']],
    ['en', ['pt-BR']],
    ['xx', ['en']],
  ])('language: chosen %s, browser %j', async (chosen, languages) => {
    const script = /<script>([\s\S]*?)<\/script>/.exec(await read('door.html'))![1]!;
    const root = { lang: '', dataset: {} };
    new Function('document', 'localStorage', 'navigator', 'matchMedia', 'addEventListener', script)(
      { documentElement: root },
      { getItem: (name: string) => (name === 'conductor.locale' ? chosen : null) },
      { languages },
      () => ({ matches: false }),
      () => {},
    );
    expect(root.lang).toBe(chooseLocale(chosen, languages));
  });
});
