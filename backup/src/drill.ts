import { findBackup } from './list.ts';
import type { Manifest } from './manifest.ts';
import { type ForwardProof, proveForward } from './oplog/prove-forward.ts';
import { prove, type VerifyOptions } from './verify.ts';

export interface Drill {
  readonly manifest: Manifest;
  /** Milliseconds of work that would be lost if the database died now: since the last change that is kept, else the age of the backup's data. */
  readonly rpo: number;
  /** Milliseconds from the decision to the last comparison: finding, fetching, restoring, comparing. */
  readonly rto: number;
  readonly server: string;
  /** Of the changes since; null where none are kept, or an older backup was asked for. */
  readonly forward: ForwardProof | null;
}

/**
 * A full recovery into a scratch server, as on the day it is needed, measured. Of the latest backup also the changes that are kept are proven.
 * Nothing is written to the store.
 */
export async function drill(options: Omit<VerifyOptions, 'id'> & { readonly id?: string }): Promise<Drill> {
  const { store, scope, id = 'latest', now = () => new Date() } = options;
  const start = performance.now();
  const { manifest } = await findBackup(store, scope, id, now());
  const { server } = await prove({ ...options, manifest });
  const rto = Math.round(performance.now() - start);
  const asked = now().getTime();
  const forward = id === 'latest' ? await proveForward(options) : null;
  const until = forward === null ? Date.parse(manifest.startedAt) : forward.upTo.t * 1000;
  return { manifest, server, rpo: Math.max(0, asked - until), rto, forward };
}
