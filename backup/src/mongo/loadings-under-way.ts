import type { MongoClient } from 'mongodb';
import type { Batch } from './batch.ts';
import { type Destination, Loading } from './loading.ts';

/** Namespaces whose documents wait in memory at once at most; each has up to three batches of 512 KiB. */
const AT_ONCE = 8;

/**
 * The namespaces of an archive that have begun and not ended. `mongodump` writes several collections at a time, a piece of each in turn;
 * what waits of one must outlive the pieces of the others.
 */
export class LoadingsUnderWay {
  private readonly client: MongoClient;
  private readonly options: { readonly signal?: AbortSignal; readonly free: Batch[] };
  /** The one that was added to last comes last. */
  private readonly loadings = new Map<Destination, Loading>();

  constructor(client: MongoClient, signal: AbortSignal | undefined) {
    this.client = client;
    this.options = { ...(signal && { signal }), free: [] };
  }

  async add(to: Destination, documents: readonly Uint8Array[]): Promise<void> {
    const loading = this.loadings.get(to) ?? new Loading(this.client, to, this.options);
    this.loadings.delete(to);
    this.loadings.set(to, loading);
    const [longestAgo] = this.loadings.keys();
    if (this.loadings.size > AT_ONCE && longestAgo !== undefined) await this.finish(longestAgo);
    await loading.add(documents);
  }

  /** Resolves when all that was added to it is stored. */
  async finish(to: Destination): Promise<void> {
    const loading = this.loadings.get(to);
    if (loading === undefined) return;
    await loading.finish();
    loading.release();
    this.loadings.delete(to);
  }

  /** Resolves when nothing is on its way to the server any more, stored or not. */
  async settle(): Promise<void> {
    for (const loading of this.loadings.values()) await loading.settle();
  }
}
