import { accessSync, constants, createWriteStream, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ArchiveSource, Manifest } from 'conductor-backup';
import { ConductorError, exitCode } from '../errors.ts';
import { size } from './describe.ts';
import type { BackupPlace } from './place.ts';

/** What is to be restored. */
export interface ChosenArchive {
  readonly archive: ArchiveSource;
  /** For people: which it is and what is in it. */
  readonly title: string;
  /** Null for a file. */
  readonly manifest: Manifest | null;
  /** Lets go of what it took to read it. */
  close(): Promise<void>;
}

interface Choosing {
  /** With the changes since, up to this time. */
  readonly at: string | undefined;
  /** Where the command was called. */
  readonly folder: string;
  readonly input: NodeJS.ReadableStream;
  readonly signal: AbortSignal;
}

const library = () => import('conductor-backup');

/**
 * A backup of the environment by its id, an archive of mongodump in a file, or one that comes through standard input (`-`), which is kept in
 * a file of its own until it has been restored: it is read twice, the first time to know that it is whole.
 * @throws {ConductorError} `restore.no-file` (exit 2); BackupErrors `oplog.none` and `oplog.gap` for a time that nothing leads to
 */
export async function chooseArchive(
  place: BackupPlace,
  wanted: string,
  { at, folder, input, signal }: Choosing,
): Promise<ChosenArchive> {
  if (at !== undefined) return fromChanges(place, at);
  if (wanted === '-') return fromInput(place, input, signal);
  const path = resolve(folder, wanted);
  const isId = !/[/.]/.test(wanted);
  if (isId && (wanted === 'latest' || !isFile(path))) return fromStore(place, wanted);
  assertReadable(path, place.scope.environment);
  return fromFile(place, path, wanted, signal);
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

function assertReadable(path: string, environment: string): void {
  const fail = (message: string) =>
    new ConductorError({
      code: 'restore.no-file',
      message,
      hint: `Give the archive that mongodump wrote, - for standard input, or the id of a backup: conductor backup list ${environment}`,
      exit: exitCode.usage,
    });
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw fail(`There is no file ${path}.`);
  if (found.isDirectory())
    throw fail(`${path} is a folder; an archive is one file, which mongodump --archive writes.`);
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw fail(`${path} cannot be read: ${(error as Error).message}.`);
  }
}

async function fromStore(place: BackupPlace, id: string): Promise<ChosenArchive> {
  const { findBackup, storedArchive } = await library();
  const { store, scope } = place;
  const { manifest } = await findBackup(store, scope, id);
  const { startedAt, collections, data, verification, unsigned } = manifest;
  return {
    archive: storedArchive(store, manifest, await place.identities()),
    title: `${manifest.id}: data as of ${startedAt}, ${collections.length} collections, ${size(data.size)} stored, ${verification.state}.${unsigned === undefined ? '' : ` TAKE CARE: ${unsigned}, so anybody who can write the store may have made it.`}`,
    manifest,
    close: async () => {},
  };
}

/** The newest backup from which the changes that are kept lead to a point in time. */
async function fromChanges(place: BackupPlace, at: string): Promise<ChosenArchive> {
  const { describeInstant, findPointInTime, latestPointInTime, parseInstant, storedArchive } =
    await library();
  const { store, scope } = place;
  const identities = await place.identities();
  const before = at === 'latest' ? await latestPointInTime(store, scope) : parseInstant(at);
  const { manifest, forward } = await findPointInTime(store, scope, before, identities);
  const { entries, slices } = forward;
  return {
    archive: storedArchive(store, manifest, identities, forward),
    title: `${manifest.id}: data as of ${describeInstant(forward.from)}, and then all that changed before ${describeInstant(before)} (${entries} entries of the oplog in ${slices} slice${slices === 1 ? '' : 's'}).`,
    manifest,
    close: async () => {},
  };
}

async function fromFile(
  place: BackupPlace,
  path: string,
  name: string,
  signal: AbortSignal,
): Promise<ChosenArchive> {
  const { isServersOwn, openArchiveFile } = await library();
  const archive = await openArchiveFile(path, { identities: await place.identities(), signal });
  const documents = archive.collections.reduce((sum, each) => sum + each.documents, 0);
  const own = archive.collections.filter(isServersOwn).map(({ db, collection }) => `${db}.${collection}`);
  const leftOut = own.length === 0 ? '' : ` Not put back, as mongorestore would: ${own.join(', ')}.`;
  return {
    archive,
    title: `${name}: an archive of MongoDB ${archive.source.version}, ${archive.collections.length} collections, ${documents} documents, whole.${leftOut}`,
    manifest: null,
    close: async () => {},
  };
}

async function fromInput(
  place: BackupPlace,
  input: NodeJS.ReadableStream,
  signal: AbortSignal,
): Promise<ChosenArchive> {
  if ((input as { isTTY?: boolean }).isTTY) {
    const { environment } = place.scope;
    throw new ConductorError({
      code: 'restore.no-file',
      message: 'Nothing comes through standard input.',
      hint: `Send the archive that mongodump writes there: conductor restore ${environment} - --yes`,
      exit: exitCode.usage,
    });
  }
  const own = await mkdtemp(join(tmpdir(), 'conductor-restore-'));
  const close = () => rm(own, { recursive: true, force: true });
  try {
    const path = join(own, 'archive');
    await pipeline(input, createWriteStream(path, { mode: 0o600 }), { signal });
    return { ...(await fromFile(place, path, 'standard input', signal)), close };
  } catch (error) {
    await close();
    throw error;
  }
}
