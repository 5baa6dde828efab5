import { MongoClient } from 'mongodb';
import { suspicionOf } from './alarms.ts';
import { encodeArchive } from './archive/encode.ts';
import { parseConnectionString } from './connection-string.ts';
import { judge } from './counts.ts';
import { encrypt } from './encryption/encrypt.ts';
import { generateKeyPair, type KeyPair } from './encryption/keys.ts';
import { BackupError, hasCode } from './errors.ts';
import { gzip } from './gzip.ts';
import { dataKey, manifestKey, newBackupId, type Scope } from './layout.ts';
import { listBackups } from './list.ts';
import { isSigned, type Manifest, type StoredManifest, writeManifest } from './manifest.ts';
import { Dump, isSnapshotTooOld } from './mongo/dump.ts';
import { Digest, tap } from './pipeline.ts';
import { Meter, type Progress } from './progress.ts';
import type { ScratchOptions } from './scratch/scratch.ts';
import type { Store } from './stores/store.ts';
import { isDisproof, prove, record, twice } from './verify.ts';
import { collectAll } from './young-generation.ts';

export interface SourceOptions {
  /** Connection string. Secret. */
  readonly url: string;
  /** Only these databases. Default: the application's that the connection string names, or everything when it names none. */
  readonly databases?: readonly string[];
}

export interface CreateOptions {
  readonly store: Store;
  readonly scope: Scope;
  readonly source: SourceOptions;
  /** Age recipients that can open it; null for a backup that isn't encrypted. There is no default: it is a decision. */
  readonly recipients: readonly string[] | null;
  /** What it is made for. Default `manual`. */
  readonly purpose?: Manifest['purpose'];
  /** Version of the live release, to be remembered. */
  readonly release?: string;
  /** Of gzip, 1 (fast) to 9 (small). Default 6, as mongodump's: it has a thread of its own. */
  readonly level?: number;
  /** How the backup is proven; false leaves it unproven. */
  readonly verify?: ScratchOptions | false;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly now?: () => Date;
}

/**
 * Makes a backup: dump → gzip → age → SHA-256 → store → manifest, and then reads it back and proves it by a restore. What fails before the
 * manifest leaves nothing that looks like a backup; nothing that fails after it takes the backup away.
 *
 * When the proof could not be made (no scratch server, the store does not answer), the backup stays with its verification `pending` and a
 * warning, which is for the caller to complain of. When it was made twice and failed, the backup stays, too, marked as failed: it does not
 * count, and shows what is wrong with it.
 * @throws {BackupError} `backup.not-verified` when the proof failed.
 */
export async function createBackup(options: CreateOptions): Promise<Manifest> {
  const { store, scope, recipients, now = () => new Date() } = options;
  if (recipients?.length === 0) throw noRecipients();
  const startedAt = now();
  const id = newBackupId(startedAt);
  const key = dataKey(scope, id, recipients !== null);

  // The key of this backup's own proof, known to this process only and forgotten with it: later, only the team can open it.
  const proofKey = recipients === null || options.verify === false ? undefined : await generateKeyPair();
  const written = await write(key, options, proofKey);
  let made: StoredManifest;
  try {
    await expectSize(store, key, written.data.size);
    const { backups: before } = await listBackups(store, scope);
    const suspicious = suspicionOf(written, judge(before, startedAt).good[0]);
    const manifest: Manifest = {
      format: 'conductor-backup/1',
      id,
      sequence: 1 + Math.max(0, ...before.filter(isSigned).map(({ sequence = 0 }) => sequence)),
      ...scope,
      purpose: options.purpose ?? 'manual',
      release: options.release ?? null,
      startedAt: startedAt.toISOString(),
      finishedAt: now().toISOString(),
      ...written,
      verification: { state: 'pending' },
      ...(suspicious && { suspicious }),
    };
    options.signal?.throwIfAborted();
    made = await writeManifest(store, manifest, { absent: true });
  } catch (error) {
    await discard(store, manifestKey(scope, id), key);
    throw error;
  }
  return options.verify === false ? made.manifest : verifyMade(options, made, proofKey);
}

/** Proves what was just made, and writes down what became of that. */
async function verifyMade(
  options: CreateOptions,
  made: StoredManifest,
  proofKey: KeyPair | undefined,
): Promise<Manifest> {
  const { store, signal, now = () => new Date() } = options;
  const { manifest } = made;
  const pending = (warning: string): Manifest => ({ ...manifest, warnings: [...manifest.warnings, warning] });
  let found: Manifest;
  try {
    const proof = {
      ...options,
      scratch: options.verify || {},
      manifest,
      identities: proofKey ? [proofKey.identity] : [],
    };
    found = { ...manifest, verification: await twice(() => prove(proof)) };
  } catch (error) {
    if (signal?.aborted) throw error;
    if (isDisproof(error)) throw await condemn(store, made, error, now());
    found = pending(error instanceof Error ? error.message : String(error));
  }
  try {
    return await record(store, made, found);
  } catch (error) {
    // A store that keeps something else instead of what it took: what is there now is no backup of ours.
    if (hasCode(error, 'manifest.not-kept')) throw error;
    return pending(`What became of its proof could not be written down: ${(error as Error).message}`);
  }
}

/** Marks it as failed, where that can be written; else it stays without a proof. Either way it does not count. */
async function condemn(
  store: Store,
  made: StoredManifest,
  error: BackupError,
  now: Date,
): Promise<BackupError> {
  const verification = { state: 'failed', at: now.toISOString(), reason: error.message } as const;
  const marked = await record(store, made, { verification }).then(
    () => 'It is marked as failed and does not count.',
    ({ message }: Error) => `It does not count; that it failed could not be written down: ${message}`,
  );
  return new BackupError({
    code: 'backup.not-verified',
    message: `The backup ${made.manifest.id} was written, but could not be restored: ${error.message} ${marked}`,
    hint: error.hint ?? 'Run it again; look at the store and the server when it fails again.',
    cause: error,
  });
}

type Written = Pick<
  Manifest,
  'data' | 'source' | 'consistency' | 'archiveBytes' | 'collections' | 'warnings'
>;

/** Again without a snapshot, when reading took longer than the server keeps one: better not point-in-time than none. */
async function write(key: string, options: CreateOptions, proofKey: KeyPair | undefined): Promise<Written> {
  try {
    return await writeOnce(key, options, proofKey);
  } catch (error) {
    if (!isSnapshotTooOld((error as BackupError).cause)) throw error;
    const reason = 'not point-in-time: reading took longer than the server keeps a snapshot';
    return writeOnce(key, options, proofKey, reason);
  }
}

async function writeOnce(
  key: string,
  options: CreateOptions,
  proofKey: KeyPair | undefined,
  withoutSnapshot?: string,
): Promise<Written> {
  const { store, recipients, signal, level = 6 } = options;
  // What loading the program has left behind.
  collectAll();
  const client = new MongoClient(options.source.url);
  try {
    const { database } = parseConnectionString(options.source.url);
    const databases = options.source.databases ?? (database === undefined ? undefined : [database]);
    const meter = { add: (_documents: number, _bytes: number): void => {} };
    const dump = await Dump.open(client, {
      ...(databases && { databases }),
      ...(withoutSnapshot !== undefined && { withoutSnapshot }),
      ...(signal && { signal }),
      onDocuments: (documents, bytes) => meter.add(documents, bytes),
    });
    try {
      const progress = new Meter('dump', dump.expected, options.onProgress);
      meter.add = progress.add;
      const digest = new Digest();
      let archiveBytes = 0;
      const archive = tap(encodeArchive(dump.events()), (bytes) => {
        archiveBytes += bytes;
      });
      const compressed = gzip(archive, level);
      const sealed =
        recipients === null
          ? compressed
          : encrypt(compressed, [...recipients, ...(proofKey ? [proofKey.recipient] : [])]);
      const size = await store.put(key, digest.of(sealed), {
        // Compressed data is hardly ever larger than its source.
        expected: dump.expected,
        ...(signal && { signal }),
      });
      progress.end();
      // Before the manifest, which for thousands of collections is several megabytes, several times.
      collectAll();
      return {
        data: { key, size, sha256: digest.sha256, recipients: recipients === null ? null : [...recipients] },
        source: dump.server,
        consistency: dump.consistency,
        archiveBytes,
        collections: dump.records,
        warnings: [],
      };
    } finally {
      await dump.close();
    }
  } catch (error) {
    throw explain(error, signal);
  } finally {
    await client.close();
  }
}

async function expectSize(store: Store, key: string, size: number): Promise<void> {
  const stored = await store.head(key);
  if (stored === size) return;
  throw new BackupError({
    code: 'backup.checksum',
    message: `The store says that it has ${stored} of the ${size} bytes that were written.`,
    hint: 'Run it again; do not trust this store if it happens again.',
  });
}

/** The manifest first, and nothing when that can't be: its data has to stay then. What is left without one, the next run removes. */
async function discard(store: Store, manifest: string, data: string): Promise<void> {
  try {
    await store.delete(manifest);
    await store.delete(data);
  } catch {
    // The error that led here is the one to tell.
  }
}

/** What the database failed with, for people. */
export function explain(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof BackupError) return error;
  if (signal?.aborted) {
    if (signal.reason instanceof BackupError) return signal.reason;
    return new BackupError({
      code: 'backup.aborted',
      message: 'The backup was stopped.',
      cause: signal.reason,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new BackupError({
    code: 'source.failed',
    message: `The database failed while it was being backed up: ${message}`,
    hint: 'Look at the database and its connection string, then run the backup again.',
    cause: error,
  });
}

const noRecipients = (): BackupError =>
  new BackupError({
    code: 'backup.recipients-missing',
    message: 'There is nobody to encrypt the backup to.',
    hint: 'Give at least one age recipient, or say that this environment does not encrypt its backups.',
  });
