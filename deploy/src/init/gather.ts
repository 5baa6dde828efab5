import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Folder } from './folder.ts';
import { codeFiles } from './languages.ts';
import { dependencyFiles } from './readers/dependencies.ts';
import { exampleFiles, sourceKinds } from './sources.ts';

/** What is in no folder of the project's own code. */
const passedOver =
  /^(node_modules|vendor|dist|build|out|target|coverage|venv|__pycache__|bower_components|Pods)$|^\.(?!do$|railway$|docker$)/;

/** How deep workspaces and Dockerfiles are looked for, and how many folders are looked into at most. */
const depth = 3;
const most = 2_000;

/** Bytes of a file that a person could have written. */
const longest = 1024 * 1024;

const read = new Set([
  ...['package.json', 'pnpm-workspace.yaml', 'angular.json'],
  ...dependencyFiles,
  ...codeFiles,
  ...exampleFiles,
  ...sourceKinds.flatMap(({ files }) => files.map((file) => file.split('/').at(-1)!)),
]);
const isRead = (name: string): boolean =>
  read.has(name) ||
  /^Dockerfile(\.|$)|\.dockerfile$/i.test(name) ||
  /^(vite|next)\.config\.[cm]?[jt]s$/.test(name);

/** The project's folders with what is read of them, its own first. Folders of others' code are left out. */
export async function gather(root: string): Promise<Folder[]> {
  const found: Folder[] = [];
  const waiting: { path: string; level: number }[] = [{ path: '.', level: 0 }];
  let looked = 0;
  for (let next = waiting.shift(); next !== undefined && looked < most; next = waiting.shift()) {
    const { path, level } = next;
    looked++;
    const entries = await readdir(join(root, path), { withFileTypes: true }).catch(nothing);
    const names = new Set<string>();
    const texts = new Map<string, string>();
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      names.add(entry.name);
      if (entry.isDirectory()) {
        if (level < depth && !passedOver.test(entry.name))
          waiting.push({ path: path === '.' ? entry.name : `${path}/${entry.name}`, level: level + 1 });
      } else if (isRead(entry.name)) {
        const text = await textOf(join(root, path, entry.name));
        if (text !== undefined) texts.set(entry.name, text);
      }
    }
    if (path === '.')
      for (const name of ['server.js', 'index.js', 'index.ts', 'server.ts', 'main.ts', 'app.js'])
        if (await exists(join(root, 'src', name))) names.add(`src/${name}`);
    if (path === '.' || texts.size > 0 || names.has('index.html')) found.push({ path, names, texts });
  }
  return found;
}

/** A folder that cannot be read has nothing for us; the project's own can, or the command fails when it writes. */
const nothing = () => [];

/** Text of a file; undefined for what is none, such as a link that leads nowhere, and what nobody has written. */
async function textOf(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(nowhere);
  return found?.isFile() && found.size <= longest ? readFile(file, 'utf8') : undefined;
}

function nowhere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ELOOP') throw error;
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
