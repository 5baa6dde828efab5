import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Folder } from '../folder.ts';

/** Folders with these files, as they are gathered. */
export function foldersWith(files: Readonly<Record<string, string>>): Folder[] {
  const folderOf = (file: string) => (file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.');
  const paths = new Set(['.', ...Object.keys(files).map(folderOf)]);
  return [...paths].map((path) => {
    const own = Object.entries(files).filter(([file]) => folderOf(file) === path);
    const texts = own.map(([file, text]): [string, string] => [basename(file), text]);
    return { path, names: new Set(texts.map(([name]) => name)), texts: new Map(texts) };
  });
}

const fixtures = join(import.meta.dirname, '../fixtures');

/** What a public repository has: each file after its name, as Go's txtar has it. */
export interface Fixture {
  readonly name: string;
  /** `owner/name` on GitHub. */
  readonly repository: string;
  readonly files: Readonly<Record<string, string>>;
}

export const readFixtures = async (): Promise<Fixture[]> =>
  Promise.all(
    (await readdir(fixtures)).sort().map(async (file) => {
      const text = await readFile(join(fixtures, file), 'utf8');
      const [about = '', ...parts] = text.split(/^-- (.+) --\n/m);
      const [, repository = ''] = /https:\/\/github\.com\/([\w./-]+\w)/.exec(about) ?? [];
      const files = Array.from({ length: parts.length / 2 }, (_, i) => [parts[2 * i]!, parts[2 * i + 1]!]);
      return { name: basename(file, '.txtar'), repository, files: Object.fromEntries(files) };
    }),
  );
