import { MongoError } from 'mongodb';
import { nameOf } from './archive/format.ts';
import { BackupError, hasCode } from './errors.ts';
import type { BackupId, Scope } from './layout.ts';
import {
  type Manifest,
  readManifest,
  type StoredManifest,
  type Verification,
  writeManifest,
} from './manifest.ts';
import type { Refused } from './mongo/load.ts';
import { restoreAndCompare } from './mongo/proof.ts';
import { describeServer } from './mongo/server.ts';
import { Meter, type Progress } from './progress.ts';
import { readArchive, readWhole } from './read.ts';
import { openScratch, type ScratchOptions } from './scratch/scratch.ts';
import type { Store } from './stores/store.ts';

export interface VerifyOptions {
  readonly store: Store;
  readonly scope: Scope;
  readonly id: BackupId;
  /** Secret keys, one of which opens the backup; none for one that isn't encrypted. */
  readonly identities?: readonly string[];
  readonly scratch?: ScratchOptions;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly now?: () => Date;
}

/**
 * Proves a backup by restoring it into a scratch server and comparing what is there then, and writes the result into its
 * manifest. A backup that is damaged or differs is marked as failed, and the error is thrown; when the proof could not be made
 * (no scratch server, no identity, store unreachable), the manifest stays as it was.
 */
export async function verifyBackup(options: VerifyOptions): Promise<Manifest> {
  return examine(options, async (manifest) => ({ verification: await prove({ ...options, manifest }) }));
}

/**
 * Reads a stored backup again, to its last byte. What was proven by a restore holds for as long as its bytes are the same, so
 * this finds what rots in a store also where nobody has a key that opens it. Writes the result as {@link verifyBackup} does.
 */
export async function rereadBackup(options: VerifyOptions): Promise<Manifest> {
  const { store, signal, now = () => new Date() } = options;
  return examine(options, async ({ data }) => {
    await readWhole(store, data, signal);
    return { reread: now().toISOString() };
  });
}

async function examine(
  { store, scope, id, now = () => new Date() }: VerifyOptions,
  look: (manifest: Manifest) => Promise<Partial<Manifest>>,
): Promise<Manifest> {
  const stored = await readManifest(store, scope, id);
  try {
    return await record(store, stored, await twice(() => look(stored.manifest)));
  } catch (error) {
    if (isDisproof(error)) {
      const verification = { state: 'failed', at: now().toISOString(), reason: error.message } as const;
      await record(store, stored, { verification });
    }
    throw error;
  }
}

/** A byte that was changed on its way says nothing of the backup: it is condemned when it is wrong twice. */
export const twice = <T>(look: () => Promise<T>): Promise<T> =>
  look().catch((error) => {
    if (!isDisproof(error)) throw error;
    return look();
  });

/** Whether an error says something about the backup, and not about the attempt to look at it. */
export const isDisproof = (error: unknown): error is BackupError =>
  hasCode(
    error,
    'archive.corrupt',
    'archive.truncated',
    'archive.unsupported',
    'backup.checksum',
    'encryption.corrupt',
    'restore.differs',
    'restore.failed',
    'store.missing',
  );

export type ProveOptions = Pick<
  VerifyOptions,
  'store' | 'identities' | 'scratch' | 'signal' | 'onProgress' | 'now'
> & { readonly manifest: Pick<Manifest, 'data' | 'collections'> };

/** The proof itself: nothing is written to the store. */
export async function prove(options: ProveOptions): Promise<Verification & { state: 'verified' }> {
  const { store, manifest, identities = [], signal, onProgress, now = () => new Date() } = options;
  const start = performance.now();
  const scratch = await openScratch(options.scratch);
  const refused: Refused[] = [];
  try {
    const meter = new Meter('verify', totalBytes(manifest), onProgress);
    await restoreAndCompare(
      readArchive(store, manifest.data, identities, signal),
      manifest.collections,
      scratch.client,
      {
        target: scratch.targetFor,
        onDocuments: meter.add,
        onRefused: (each) => refused.push(each),
        ...(signal && { signal }),
      },
    );
    meter.end();
    const unproven = refused.map(lackingIn(describeServer(scratch.facts)));
    return {
      state: 'verified',
      at: now().toISOString(),
      duration: Math.round(performance.now() - start),
      server: describeServer(scratch.facts),
      ...(unproven.length > 0 && { unproven }),
    };
  } catch (error) {
    throw isTroubleOfServer(error) ? scratchTrouble(error) : error;
  } finally {
    await scratch.close();
  }
}

/** Codes with which a server says that it has no such kind of collection or index. Source: mongo, base/error_codes.yml. */
const LACKING = new Set([2, 9, 14, 59, 67, 72, 115, 197, 238]);
/** Codes that say something of the documents themselves: not BSON, too large, a key twice. */
const ABOUT_DOCUMENTS = new Set([2, 9, 22, 10334, 11000, 11001]);

/** Names what a server does not have. @throws {BackupError} when it refused for another reason, which is one of the backup or of that server. */
const lackingIn =
  (server: string) =>
  ({ source, index, code, reason }: Refused): string => {
    const what =
      index === null ? `the collection ${nameOf(source)}` : `the index ${index} of ${nameOf(source)}`;
    if (code !== undefined && LACKING.has(code)) return `${server} has not ${what}: ${reason}`;
    throw new BackupError({
      code: 'restore.failed',
      message: `${server} refused ${what}: ${reason}`,
      cause: { code },
    });
  };

/** A full disk, a lost connection, an index that took too long: it says nothing of the backup. */
function isTroubleOfServer(error: unknown): error is Error {
  if (!(error instanceof BackupError)) return error instanceof MongoError;
  if (error.code !== 'restore.failed') return false;
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return typeof code !== 'number' || !ABOUT_DOCUMENTS.has(code);
}

const scratchTrouble = (cause: Error): BackupError =>
  new BackupError({
    code: 'scratch.unavailable',
    message: `The backup could not be proven, because the scratch server failed: ${cause.message}`,
    hint: 'That says nothing of the backup. Look at the scratch server (its disk, its log), then prove it again.',
    cause,
  });

/** Writes down what was found of a backup, in place of the version of the manifest that was looked at. */
export const record = async (
  store: Store,
  { manifest, etag }: StoredManifest,
  found: Partial<Manifest>,
): Promise<Manifest> => (await writeManifest(store, { ...manifest, ...found }, { etag })).manifest;

/** Bytes of all documents of a backup. */
export const totalBytes = ({ collections }: Pick<Manifest, 'collections'>): number =>
  collections.reduce((sum, { bytes }) => sum + bytes, 0);

export const totalDocuments = ({ collections }: Pick<Manifest, 'collections'>): number =>
  collections.reduce((sum, { documents }) => sum + documents, 0);
