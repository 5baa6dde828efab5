import { writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { wayOut } from 'conductor-backup/closest';
import { configFile } from '../config/load.ts';
import type { Repository } from '../config/repository.ts';
import { remoteRepository } from '../environment/git.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { textIfThere } from '../text/if-there.ts';
import { configText } from './config-text.ts';
import { withDeployScript } from './deploy-script.ts';
import { below, type Folder } from './folder.ts';
import { type Found, Unreadable } from './found.ts';
import { gather } from './gather.ts';
import { withIgnored } from './ignored.ts';
import { fronts } from './paths.ts';
import { type Draft, draft } from './project.ts';
import { type SourceKind, sourceKinds } from './sources.ts';

export interface InitOptions {
  /** The file of another tool to begin with. */
  readonly from?: string | undefined;
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** Asks a person to choose one of several words; the first where nobody is asked. */
export type Choose = (question: string, words: readonly string[]) => Promise<string>;

/** What was made of a folder. */
export interface Beginning {
  readonly project: Draft;
  /** The whole config. */
  readonly text: string;
  /** Files that say what there is, by their paths: the first one was followed. */
  readonly sources: readonly string[];
  /** Files that were written, or would be. */
  readonly files: readonly string[];
  /** `package.json` asks for Conductor already; null where there is none. */
  readonly installed: boolean | null;
}

/** A file of another tool, read. */
interface Source {
  readonly file: string;
  readonly kind: SourceKind;
  readonly found: ReturnType<SourceKind['read']>;
}

/**
 * Begins a project: looks at what lies in the folder, and writes down what a person would have.
 * @throws {ConductorError} exit 2: `init.exists`, `init.nothing-found`, `init.unreadable`, `init.unknown-file`.
 */
export async function init(
  root: string,
  { from, force, dryRun }: InitOptions,
  choose: Choose,
): Promise<Beginning> {
  if (!force && !dryRun) await refuseExisting(root);
  const folders = await gather(root);
  const sources = from === undefined ? sourcesIn(folders) : [await sourceAt(root, from)];
  const chosen = await chooseSource(sources, choose);
  const described = merged(sources, chosen);
  const first = reading(() => draft(folders, basename(root), { described }));
  if (first.services.length === 0) throw nothingFound(root, first);
  const front = await chooseFront(first, choose);
  const project = front === undefined ? first : draft(folders, basename(root), { described, front });
  const target = await chooseTarget(chosen, choose);
  const text = configText(project, { target, repository: await repositoryOf(root) });
  const edits = await editsOf(root, text, folders[0]!);
  if (!dryRun)
    for (const { file, text: changed, flag } of edits)
      await writeFile(join(root, file), changed, { flag: flag && !force ? flag : 'w' });
  return {
    project,
    text,
    sources: [
      ...(chosen ? [chosen.file] : []),
      ...sources.filter((one) => one !== chosen).map(({ file }) => file),
    ],
    files: edits.map(({ file }) => file),
    installed: installedIn(folders[0]!),
  };
}

async function refuseExisting(root: string): Promise<void> {
  if ((await textIfThere(join(root, configFile))) === undefined) return;
  throw new ConductorError({
    code: 'init.exists',
    message: `There is a ${configFile} already; nothing was changed.`,
    hint: '--dry-run prints what would be written, --force writes it over the one that is there.',
    exit: exitCode.usage,
  });
}

/** Files of other tools in their usual places, in the order in which they count. */
function sourcesIn(folders: readonly Folder[]): Source[] {
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
async function sourceAt(root: string, from: string): Promise<Source> {
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

/** Runs a reader: what it cannot read is the person's to mend. */
function reading<T>(read: () => T, file?: string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new ConductorError({
      code: 'init.unreadable',
      message: `${file === undefined ? '' : `${file}: `}${error.message}.`,
      hint: 'Mend the file, or begin with another one: --from FILE.',
      exit: exitCode.usage,
      cause: error,
    });
  }
}

const describes = ({ found }: Source): boolean => found.services.length > 0;

async function chooseSource(sources: readonly Source[], choose: Choose): Promise<Source | undefined> {
  const able = sources.filter(describes);
  if (able.length < 2) return able[0];
  const file = await choose(
    'Several files say what the project consists of. Which one is to be followed?',
    able.map((one) => one.file),
  );
  return able.find((one) => one.file === file);
}

/** What the chosen file says, with the stores of the others. */
function merged(
  sources: readonly Source[],
  chosen: Source | undefined,
): Found & { elsewhere: readonly string[] } {
  const counted = sources.filter((source) => source === chosen || !describes(source));
  return {
    ...(chosen?.found ?? { services: [] }),
    stores: sources.flatMap(({ found }) => found.stores),
    notCarried: counted.flatMap(({ found }) => found.notCarried),
    elsewhere: sources.flatMap(({ found }) => found.elsewhere ?? []),
  };
}

async function chooseFront({ services }: Draft, choose: Choose): Promise<string | undefined> {
  const open = fronts(
    services.filter(({ guesses }) => guesses?.paths).map(({ paths: _paths, ...service }) => service),
  );
  if (open.length < 2) return undefined;
  return choose(
    'Which service takes the visitors at /?',
    open.map(({ name }) => name),
  );
}

async function chooseTarget(chosen: Source | undefined, choose: Choose): Promise<string> {
  const today = chosen?.kind.target;
  const all = ['railway', 'render', 'digitalocean'];
  return choose(
    'Where will production run? It is prepared, and not in force yet.',
    today ? [today, ...all.filter((one) => one !== today)] : all,
  );
}

const repositoryOf = async (root: string): Promise<Repository | undefined> =>
  (await remoteRepository(root, 'origin')) ?? undefined;

interface Edit {
  readonly file: string;
  readonly text: string;
  readonly flag?: 'wx';
}

async function editsOf(root: string, text: string, { texts, names }: Folder): Promise<Edit[]> {
  const ignored = withIgnored(await textIfThere(join(root, '.gitignore')), names.has('package.json'));
  const manifest = texts.get('package.json');
  const scripted = manifest === undefined ? undefined : withDeployScript(manifest);
  return [
    { file: configFile, text, flag: 'wx' },
    ...(ignored === undefined ? [] : [{ file: '.gitignore', text: ignored }]),
    ...(scripted === undefined ? [] : [{ file: 'package.json', text: scripted }]),
  ];
}

function installedIn({ texts }: Folder): boolean | null {
  const manifest = texts.get('package.json');
  return manifest === undefined ? null : manifest.includes('"conductor-deploy"');
}

function nothingFound(root: string, { notCarried }: Draft): ConductorError {
  const left = notCarried.map(({ what, why }) => `\n  ${what}: ${why}`).join('');
  return new ConductorError({
    code: 'init.nothing-found',
    message: `Nothing in ${root} says how a service starts.${left}`,
    hint: 'A line such as `web: python app.py` in a Procfile is enough. `conductor init --help` lists the files that are read.',
    exit: exitCode.usage,
  });
}
