import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify } from '../../../deploy/src/targets/local/host/process-id.ts';

/** Whose folder it is: the test file, and the process that runs it. */
export interface Owner {
  readonly file: string;
  readonly pid: number;
  readonly born: string;
}

const note = '.of.json';

/** Makes the folder of a test file within that of the run. Its name is short, for sockets' paths have little room. */
export function openFolder(run: string, file: string): string {
  const folder = join(run, createHash('sha256').update(file).digest('hex').slice(0, 6));
  mkdirSync(folder, { recursive: true });
  const self = identify(process.pid);
  if (self === null) throw new Error('This process cannot see itself.');
  writeFileSync(join(folder, note), JSON.stringify({ file, ...self } satisfies Owner));
  return folder;
}

/** What test files of a run leave for later ones of it, each in a folder of its own; it goes with the run. */
export const sharedIn = (run: string): string => join(run, '.shared');

/** Folders of test files that are still there. */
export const foldersOf = (run: string): string[] =>
  readdirSync(run, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => join(run, name));

/** Null while it is being made. */
export function ownerOf(folder: string): Owner | null {
  try {
    return JSON.parse(readFileSync(join(folder, note), 'utf8')) as Owner;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Not the tests': the cache of compiled code that npm itself keeps in the temporary folder. */
const others = new Set([note, 'node-compile-cache']);
/** Where hosts have their sockets when there is no better place; it stays for the next one, and the sockets do not. */
const sockets = `conductor-${process.getuid?.() ?? 'user'}`;

/** What the tests have put into it. */
export const entriesOf = (folder: string): string[] =>
  readdirSync(folder).filter(
    (name) => !others.has(name) && !(name === sockets && readdirSync(join(folder, name)).length === 0),
  );
