import { deserialize } from 'bson';
import { type MongoClient, MongoServerError } from 'mongodb';
import { type Namespace, nameOf } from '../archive/format.ts';
import { BackupError } from '../errors.ts';
import { Batch } from './batch.ts';
import { insertRaw } from './driver.ts';
import type { Ordered } from './extended-json.ts';

/** Documents sent at once at most, and their bytes. Larger ones were measured to be no faster, and need more memory. */
const BATCH_DOCUMENTS = 10_000;
const BATCH_BYTES = 512 * 1024;
/** Batches under way at once, where order doesn't matter. */
const IN_FLIGHT = 2;

/** Where the documents of a namespace go. */
export interface Destination {
  readonly target: Namespace;
  readonly options: Ordered;
  /** The collection that takes them: for a time series, its buckets. */
  readonly into: string;
}

/** Sends the documents of one namespace in batches, some of them at once. */
export class Loading {
  readonly plan: Destination;
  private readonly client: MongoClient;
  private readonly signal: AbortSignal | undefined;
  private readonly ordered: boolean;
  private batch: Batch;
  private readonly free: Batch[];
  private readonly underWay = new Set<Promise<void>>();
  private failure: unknown;

  /** `free` are batches of others that are stored, and can be filled again: what is not allocated need not be collected. */
  constructor(
    client: MongoClient,
    plan: Destination,
    { signal, free }: { readonly signal?: AbortSignal; readonly free: Batch[] },
  ) {
    this.client = client;
    this.plan = plan;
    this.signal = signal;
    this.free = free;
    this.batch = this.emptyBatch();
    // The order of a capped collection is part of its data.
    this.ordered = plan.options.get('capped') === true;
  }

  async add(documents: readonly Uint8Array[]): Promise<void> {
    for (const document of documents) {
      if (document.length > BATCH_BYTES) {
        await this.sendAlone(document);
        continue;
      }
      if (this.batch.documents >= BATCH_DOCUMENTS || !this.batch.hasRoomFor(document)) await this.send();
      this.batch.add(document);
    }
  }

  /** A large document is in memory once, and several times on its way: nothing else goes meanwhile. */
  private async sendAlone(document: Uint8Array): Promise<void> {
    await this.finish();
    await this.insert(Batch.around(document));
  }

  /** Resolves when all that was added is stored. More can be added then. */
  async finish(): Promise<void> {
    await this.send();
    await this.settle();
    this.throwFailure();
  }

  /** Gives its memory to others: nothing can be added any more. */
  release(): void {
    this.free.push(this.batch);
  }

  private emptyBatch(): Batch {
    return this.free.pop() ?? new Batch(BATCH_BYTES);
  }

  /** Resolves when nothing is on its way to the server any more. */
  async settle(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private async send(): Promise<void> {
    this.throwFailure();
    if (this.batch.documents === 0) return;
    const batch = this.batch;
    this.batch = this.emptyBatch();
    const sending = this.insert(batch)
      .catch((error) => {
        this.failure ??= error;
      })
      .finally(() => {
        this.underWay.delete(sending);
        this.free.push(batch.clear());
      });
    this.underWay.add(sending);
    if (this.ordered || this.underWay.size >= IN_FLIGHT) await Promise.race(this.underWay);
  }

  private async insert(batch: Batch): Promise<void> {
    const { db } = this.plan.target;
    const options = { ordered: this.ordered, ...(this.signal && { signal: this.signal }) };
    const { inserted, errors } = await insertRaw(this.client, db, this.plan.into, batch, options);
    const first = errors[0];
    if (first !== undefined) {
      const id = idOf(batch.document(first.index));
      throw failed(`${nameOf(this.plan.target)} refused document ${id}: ${first.message}`, first);
    }
    if (inserted !== batch.documents) {
      throw failed(
        `${nameOf(this.plan.target)} took ${inserted} of ${batch.documents} documents without saying why`,
      );
    }
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}

const idOf = (document: Uint8Array): string => JSON.stringify(deserialize(document)._id);

export function failed(message: string, cause?: unknown): BackupError {
  const because = cause instanceof MongoServerError ? `: ${cause.message}` : '';
  return new BackupError({
    code: 'restore.failed',
    message: `${message}${because}.`,
    hint: 'What was restored so far is incomplete. Mend the cause and run it again: what is whole already is skipped.',
    cause,
  });
}
