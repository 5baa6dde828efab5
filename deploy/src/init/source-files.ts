import { basename, join, relative, resolve } from 'node:path';
import { wayOut } from 'conductor-backup/closest';
import { ConductorError, exitCode } from '../errors.ts';
import { textIfThere } from '../text/if-there.ts';
import { below, type Folder } from './folder.ts';
import { type Found, Unreadable } from './found.ts';
import { type SourceKind, sourceKinds } from './sources.ts';

/** A file of another tool, read. */
export interface Source {
  readonly file: string;
  readonly kind: SourceKind;
  readonly found: Found;
}

/** Files of other tools in their usual places, in the order in which they count. */
export function sourcesIn(folders: readonly Folder[]): Source[] {
  return sourceKinds.flatMap((kind) => {
    if (kind.everywhere) return together(folders.flatMap((folder) => firstIn([folder], folder.path, kind)));
    return firstIn(folders, '.', kind);
  });
}

/** The best file of a kind in a folder. */
function firstIn(folders: readonly Folder[], path: string, kind: SourceKind): Source[] {
  for (const name of kind.files) {
    const file = below({ path }, name);
    const text = textAt(folders, file);
    if (text !== undefined && (!kind.ambiguous || kind.fits(text))) return [readSource(file, kind, text)];
  }
  return [];
}

/** Files of one kind in several folders as one. */
function together(sources: readonly Source[]): Source[] {
  const [first, ...rest] = sources;
  if (!first || rest.length === 0) return [...sources];
  const all = sources.map(({ found }) => found);
  const release = all.find((found) => found.release)?.release;
  return [
    {
      ...first,
      found: {
        services: all.flatMap(({ services }) => services),
        stores: all.flatMap(({ stores }) => stores),
        notCarried: all.flatMap(({ notCarried }) => notCarried),
        ...(release && { release }),
      },
    },
  ];
}

function textAt(folders: readonly Folder[], file: string): string | undefined {
  const at = file.lastIndexOf('/');
  const path = at < 0 ? '.' : file.slice(0, at);
  return folders.find((folder) => folder.path === path)?.texts.get(file.slice(at + 1));
}

const readSource = (file: string, kind: SourceKind, text: string): Source => ({
  file,
  kind,
  found: reading(() => kind.read(text, folderOf(file)), file),
});

const folderOf = (file: string): string => (file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.');

/** The file that somebody named; its kind is known by its name, or else by what is in it. */
export async function sourceAt(root: string, from: string): Promise<Source> {
  const file = relative(root, resolve(root, from)).replaceAll('\\', '/');
  const text = await textIfThere(join(root, file));
  if (text === undefined) {
    throw new ConductorError({
      code: 'init.no-file',
      message: `There is no ${from}.`,
      hint: 'Name a file of the project: --from compose.yaml',
      exit: exitCode.usage,
    });
  }
  const kind =
    sourceKinds.find(({ files }) => files.includes(file)) ??
    sourceKinds.find(({ files }) => files.some((known) => basename(known) === basename(file))) ??
    sourceKinds.find(({ fits }) => fits(text));
  if (kind) return readSource(file, kind, text);
  const known = sourceKinds.map(({ files }) => files.find((name) => name !== undefined)!);
  throw new ConductorError({
    code: 'init.unknown-file',
    message: `What ${from} describes is not known: it looks like none of ${sourceKinds.map(({ title }) => title).join(', ')}.`,
    hint: sentence(wayOut(basename(file), known)),
    exit: exitCode.usage,
  });
}

const sentence = (text: string): string =>
  `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`.replace(/([.?])\.$/, '$1');

/** Runs a reader: what it cannot read is the person's to fix. */
export function reading<T>(read: () => T, file?: string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new ConductorError({
      code: 'init.unreadable',
      message: `${file === undefined ? '' : `${file}: `}${error.message}.`,
      hint: 'Fix the file, or begin with another one: --from FILE.',
      exit: exitCode.usage,
      cause: error,
    });
  }
}
