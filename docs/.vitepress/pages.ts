import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const docs = join(import.meta.dirname, '..');

/** A page of the navigation: its title is the first heading of its file. */
export interface Page {
  readonly text: string;
  readonly link: string;
}

/** The page in this file of docs/; a path without `.md`. */
export function page(path: string): Page {
  const heading = /^# (.+)$/m.exec(readFileSync(join(docs, `${path}.md`), 'utf8'));
  return { text: heading?.[1]?.replaceAll('`', '') ?? path, link: `/${path}` };
}

/** All pages of a folder of docs/, those named first in that order, the others by name. */
export function pagesOf(folder: string, first: readonly string[] = []): Page[] {
  const names = readdirSync(join(docs, folder))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => name.slice(0, -'.md'.length))
    .sort();
  const order = [...first, ...names.filter((name) => !first.includes(name))];
  return order.map((name) => page(`${folder}/${name}`));
}
