import { findBackup } from './list.ts';
import type { Manifest } from './manifest.ts';
import { prove, type VerifyOptions } from './verify.ts';

export interface Drill {
  readonly manifest: Manifest;
  /** Milliseconds of work that would be lost if the database died now: the age of the backup's data. */
  readonly rpo: number;
  /** Milliseconds from the decision to the last comparison: finding, fetching, restoring, comparing. */
  readonly rto: number;
  readonly server: string;
}

/** A full recovery into a scratch server, as on the day it is needed, measured. Nothing is written to the store. */
export async function drill(options: Omit<VerifyOptions, 'id'> & { readonly id?: string }): Promise<Drill> {
  const { store, scope, id = 'latest', now = () => new Date() } = options;
  const start = performance.now();
  const { manifest } = await findBackup(store, scope, id, now());
  const { server } = await prove({ ...options, manifest });
  const rpo = now().getTime() - new Date(manifest.startedAt).getTime();
  return { manifest, server, rpo, rto: Math.round(performance.now() - start) };
}
