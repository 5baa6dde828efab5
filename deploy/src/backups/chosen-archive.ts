import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ArchiveSource, Manifest } from '@conductor/backup';
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
  /** Where the command was called. */
  readonly folder: string;
  readonly input: NodeJS.ReadableStream;
  readonly signal: AbortSignal;
}

const library = () => import('@conductor/backup');

/**
 * A backup of the environment by its id, an archive of mongodump in a file, or one that comes through standard input (`-`), which is kept in
 * a file of its own until it has been restored: it is read twice, the first time to know that it is whole.
 * @throws {ConductorError} `restore.no-file` (exit 2)
 */
export async function chooseArchive(
  place: BackupPlace,
  wanted: string,
  { folder, input, signal }: Choosing,
): Promise<ChosenArchive> {
  const path = resolve(folder, wanted);
  const { environment } = place.scope;
  if (wanted === '-') return fromInput(place, input, signal);
  if (existsSync(path)) return fromFile(place, path, wanted, signal);
  // No id has these.
  if (/[/.]/.test(wanted)) {
    throw new ConductorError({
      code: 'restore.no-file',
      message: `There is no file ${path}.`,
      hint: `Give the archive that mongodump wrote, - for standard input, or the id of a backup: conductor backup list ${environment}`,
      exit: exitCode.usage,
    });
  }
  return fromStore(place, wanted);
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
