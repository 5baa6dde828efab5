import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageOf } from 'conductor-backup/program';

/** How a program is made one file: of the repository's `packaging/`, which no installed package has or needs. */
interface Packaging {
  standalone(file: string): Promise<{ readonly code: string }>;
}

let text: Promise<string> | undefined;

/**
 * The switch as one ECMAScript module that needs nothing but Node 24, the same text each time: what npm has installed, or, in the
 * repository, what is made of the source.
 */
export function switchProgram(): Promise<string> {
  text ??= read();
  return text;
}

async function read(): Promise<string> {
  const folder = packageOf(import.meta.filename);
  if (!import.meta.filename.endsWith('.ts')) return readFile(join(folder, 'dist/switch.mjs'), 'utf8');
  const packaging = pathToFileURL(join(dirname(folder), 'packaging/standalone.ts')).href;
  const { standalone } = (await import(packaging)) as Packaging;
  return (await standalone('deploy/src/switch/main.ts')).code;
}
