import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build, type Manifest, type Plugin, type Rolldown } from 'vite';
import { doorPath } from '../server/door-paths.ts';
import { messages } from './messages.ts';

/**
 * Makes door.html the page of the screens before the door: everything that their first paint needs is in it (their styles, and each screen as
 * its first rendering shows it, in each language), and it names the files of the application, built before, for whoever is about to sign in.
 */
export function doorPage(): Plugin {
  let folder = '';
  return {
    name: 'conductor-door-page',
    apply: 'build',
    configResolved: (config) => {
      folder = resolve(config.root, config.build.outDir);
    },
    transformIndexHtml: {
      order: 'post',
      async handler(html, { bundle }) {
        return finishDoor(html, {
          style: (file) => String((bundle![file] as Rolldown.OutputAsset).source),
          ...(await drawn()),
          appFiles: appFiles(JSON.parse(await readFile(join(folder, '.vite/manifest.json'), 'utf8'))),
        });
      },
    },
  };
}

/** While developing, the addresses before the door are answered with door.html as it is, and its script draws them. */
export function doorAddresses(): Plugin {
  return {
    name: 'conductor-door-addresses',
    configureServer({ middlewares }) {
      middlewares.use((request, _response, next) => {
        if (doorPath.test(request.url!.split('?', 1)[0]!)) request.url = '/door.html';
        next();
      });
    },
  };
}

/** What the page gets: the text of a stylesheet, the style element with the look's variables, each screen's markup by its name, and the files of the application. */
interface Parts {
  style(file: string): string;
  variables: string;
  drawings: Record<string, string>;
  appFiles: string[];
}

/** The page with its styles inline, its screens, and the names of the application's files. */
export function finishDoor(html: string, { style, variables, drawings, appFiles }: Parts): string {
  const templates = Object.entries(drawings).map(
    ([name, markup]) => `<template id="${name}">${markup}</template>\n`,
  );
  return (
    html
      .replace(
        /[ \t]*<link rel="stylesheet"[^>]*href="\/([^"]+)"[^>]*>/g,
        (_, file: string) => `<style>${style(file)}</style>`,
      )
      // The form is there without it, and is painted first.
      .replace('<script type="module"', '<script type="module" fetchpriority="low"')
      .replace(
        '</head>',
        () => `${variables}\n<meta name="app-files" content="${appFiles.join(' ')}">\n</head>`,
      )
      .replace('<div id="root"></div>', (root) => `${root}\n${templates.join('')}`)
  );
}

/** What the application's first page loads, as addresses: its entry with all it imports at once, and their styles. */
export function appFiles(manifest: Manifest): string[] {
  const files = new Set<string>();
  const visit = (key: string) => {
    const { file, css = [], imports = [] } = manifest[key]!;
    if (files.has(`/${file}`)) return;
    for (const one of [file, ...css]) files.add(`/${one}`);
    imports.forEach(visit);
  };
  visit('index.html');
  return [...files];
}

/** Runs `src/door-drawing.tsx`, built for Node as the client is built for the browser, so that names of classes are the same. */
async function drawn(): Promise<Pick<Parts, 'variables' | 'drawings'>> {
  const output = (await build({
    root: fileURLToPath(new URL('..', import.meta.url)),
    configFile: false,
    logLevel: 'warn',
    plugins: [react(), messages()],
    define: { 'process.env.NODE_ENV': '"production"' },
    ssr: { noExternal: true },
    build: {
      ssr: 'src/door-drawing.tsx',
      target: 'es2022',
      write: false,
      copyPublicDir: false,
      rolldownOptions: { output: { codeSplitting: false } },
    },
  })) as Rolldown.RolldownOutput;
  const { code } = output.output[0];
  const { drawVariables, drawDoors } = (await import(
    `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
  )) as typeof import('../src/door-drawing.tsx');
  return { variables: drawVariables(), drawings: drawDoors() };
}
