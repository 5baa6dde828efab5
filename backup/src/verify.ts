import { type BackupError, hasCode } from './errors.ts';
import type { BackupId, Scope } from './layout.ts';
import {
  type Manifest,
  readManifest,
  type StoredManifest,
  type Verification,
  writeManifest,
} from './manifest.ts';
import { restoreAndCompare } from './mongo/proof.ts';
import { describeServer } from './mongo/server.ts';
import { Meter, type Progress } from './progress.ts';
import { readArchive } from './read.ts';
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
  const { store, scope, id, now = () => new Date() } = options;
  const stored = await readManifest(store, scope, id);
  try {
    const verification = await prove({ ...options, manifest: stored.manifest });
    return (await record(store, stored, verification)).manifest;
  } catch (error) {
    if (isDisproof(error)) {
      await record(store, stored, { state: 'failed', at: now().toISOString(), reason: error.message });
    }
    throw error;
  }
}

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
  try {
    const meter = new Meter('verify', totalBytes(manifest), onProgress);
    await restoreAndCompare(
      readArchive(store, manifest.data, identities, signal),
      manifest.collections,
      scratch.client,
      {
        target: scratch.targetFor,
        onDocuments: meter.add,
        ...(signal && { signal }),
      },
    );
    meter.end();
    return {
      state: 'verified',
      at: now().toISOString(),
      duration: Math.round(performance.now() - start),
      server: describeServer(scratch.facts),
    };
  } finally {
    await scratch.close();
  }
}

const record = (
  store: Store,
  { manifest, etag }: StoredManifest,
  verification: Verification,
): Promise<StoredManifest> => writeManifest(store, { ...manifest, verification }, { etag });

/** Bytes of all documents of a backup. */
export const totalBytes = ({ collections }: Pick<Manifest, 'collections'>): number =>
  collections.reduce((sum, { bytes }) => sum + bytes, 0);

export const totalDocuments = ({ collections }: Pick<Manifest, 'collections'>): number =>
  collections.reduce((sum, { documents }) => sum + documents, 0);
