import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { configFile } from '../config/load.ts';
import type { Repository } from '../config/repository.ts';
import { remoteRepository } from '../environment/git.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { textIfThere } from '../text/if-there.ts';
import { configText } from './config-text.ts';
import { withDeployScript } from './deploy-script.ts';
import type { Folder } from './folder.ts';
import type { Found } from './found.ts';
import { gather } from './gather.ts';
import { withIgnored } from './ignored.ts';
import { type Manager, managerOf } from './installs.ts';
import { fronts } from './paths.ts';
import { type Draft, draft } from './project.ts';
import { reading, type Source, sourceAt, sourcesIn } from './source-files.ts';

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
  readonly manager: Manager;
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
  const beside = sources.filter((source) => source !== chosen).flatMap(({ found }) => found.services);
  const first = reading(() => draft(folders, basename(root), { described, beside }));
  if (first.services.length === 0) throw nothingFound(root, first);
  const front = await chooseFront(first, choose);
  const project = front === undefined ? first : draft(folders, basename(root), { described, beside, front });
  const target = await chooseTarget(chosen, choose);
  const text = configText(project, { target, repository: await repositoryOf(root) });
  const edits = await editsOf(root, text, folders[0]!);
  if (!dryRun) await write(root, edits, force);
  return {
    project,
    text,
    sources: [
      ...(chosen ? [chosen.file] : []),
      ...sources.filter((one) => one !== chosen).map(({ file }) => file),
    ],
    files: edits.map(({ file }) => file),
    installed: installedIn(folders[0]!),
    manager: managerOf(folders[0]!),
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
    hosts: Object.assign({}, ...sources.map(({ found }) => found.hosts ?? {})),
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
  const all = ['railway', 'render', 'digitalocean', 'swarm'];
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

/** Nothing is written over that came to be in the meantime. */
async function write(root: string, edits: readonly Edit[], force: boolean): Promise<void> {
  for (const { file, text, flag } of edits)
    await writeFile(join(root, file), text, { flag: flag && !force ? flag : 'w' });
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
