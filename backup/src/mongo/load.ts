import { deserialize } from 'bson';
import { type Document, type MongoClient, MongoServerError } from 'mongodb';
import {
  type ArchiveCollection,
  type ArchiveEvent,
  type Namespace,
  nameOf,
  OPLOG,
  type Prelude,
} from '../archive/format.ts';
import { BackupError } from '../errors.ts';
import { Batch } from './batch.ts';
import { insertRaw } from './driver.ts';
import type { Ordered } from './extended-json.ts';
import { readMetadata } from './metadata.ts';

export interface LoadOptions {
  /** Where a namespace goes; undefined leaves it out. Default: everything goes where it came from. */
  readonly target?: (namespace: Namespace) => Namespace | undefined;
  /** Takes away what is there under a namespace's name before it is loaded. Else that is an error. Default false. */
  readonly drop?: boolean;
  readonly signal?: AbortSignal;
  readonly onDocuments?: (documents: number, bytes: number) => void;
  /** Called when all documents of a namespace are in, and before its indexes are (one of them might expire documents). */
  readonly onLoaded?: (source: Namespace, target: Namespace) => Promise<void>;
}

/** Documents sent at once at most, and their bytes. Larger ones were measured to be no faster, and need more memory. */
const BATCH_DOCUMENTS = 10_000;
const BATCH_BYTES = 512 * 1024;
/** Batches under way at once, where order doesn't matter. */
const IN_FLIGHT = 2;

/**
 * Restores the events of an archive into a server: collections with their options, then documents byte for byte, then indexes.
 * Unlike mongorestore, it fails on the first document that the server refuses.
 */
export async function load(
  events: AsyncIterable<ArchiveEvent>,
  client: MongoClient,
  options: LoadOptions = {},
): Promise<void> {
  const targetOf = options.target ?? ((namespace) => namespace);
  let plans = new Map<string, Plan>();
  let loading: Loading | undefined;

  for await (const event of events) {
    options.signal?.throwIfAborted();
    if (event.kind === 'prelude') {
      refuseUnfit(event);
      plans = plan(event, targetOf);
      continue;
    }
    const found = plans.get(nameOf(event.namespace));
    if (found === undefined) continue;
    if (!found.created) {
      await create(client, found, options.drop ?? false);
      found.created = true;
    }
    switch (event.kind) {
      case 'segment':
        break;
      case 'documents':
        loading = loading?.plan === found ? loading : new Loading(client, found, options);
        await loading.add(event.documents);
        options.onDocuments?.(
          event.documents.length,
          event.documents.reduce((sum, { length }) => sum + length, 0),
        );
        break;
      case 'end':
        if (loading?.plan === found) await loading.finish();
        loading = undefined;
        await options.onLoaded?.(found.source, found.target);
        await createIndexes(client, found);
        break;
    }
  }
}

interface Plan {
  /** The namespace as the archive's prelude calls it. */
  readonly source: Namespace;
  readonly target: Namespace;
  readonly type: string;
  readonly options: Ordered;
  readonly indexes: readonly Ordered[];
  /** Where the documents go: for a time series, its buckets. */
  readonly into: string;
  created: boolean;
}

function plan(
  prelude: Prelude,
  targetOf: (namespace: Namespace) => Namespace | undefined,
): Map<string, Plan> {
  const plans = new Map<string, Plan>();
  for (const entry of prelude.collections) {
    if (nameOf(entry) === nameOf(OPLOG) || isServersOwn(entry)) continue;
    const target = targetOf({ db: entry.db, collection: entry.collection });
    if (target === undefined) continue;
    const { options, indexes } = parse(entry);
    const source = { db: entry.db, collection: entry.collection };
    const common = { source, target, type: entry.type ?? 'collection', options, indexes, created: false };
    plans.set(nameOf(entry), { ...common, into: target.collection });
    if (entry.type === 'timeseries') {
      const buckets = { db: entry.db, collection: `system.buckets.${entry.collection}` };
      plans.set(nameOf(buckets), { ...common, into: `system.buckets.${target.collection}` });
    }
  }
  return plans;
}

/** Users, roles and a cluster's settings are not put back by this library: `mongorestore` does that, see the guide. */
export const isServersOwn = ({ db }: Namespace): boolean => db === 'admin' || db === 'config' || db === '';

function parse(entry: ArchiveCollection) {
  try {
    return readMetadata(entry.metadata);
  } catch (cause) {
    throw new BackupError({
      code: 'archive.corrupt',
      message: `The options and indexes of ${nameOf(entry)} can't be read.`,
      cause,
    });
  }
}

/** Tools 100.4.0 wrote time series with documents missing (TOOLS-2931). */
function refuseUnfit({ header }: Prelude): void {
  if (header.toolVersion !== '100.4.0') return;
  throw new BackupError({
    code: 'archive.unsupported',
    message: 'This archive was written by mongodump 100.4.0, which lost fields with an empty name.',
    hint: 'Use an archive that another version wrote.',
  });
}

/** Options that old servers reported and new ones refuse. */
const OBSOLETE_OPTIONS = new Set(['autoIndexId', 'uuid']);

async function create(client: MongoClient, { target, options }: Plan, drop: boolean): Promise<void> {
  const db = client.db(target.db);
  if (drop) await db.dropCollection(target.collection);
  const command: Document = { create: target.collection };
  for (const [name, value] of options) if (!OBSOLETE_OPTIONS.has(name)) command[name] = value;
  try {
    await db.command(command);
  } catch (cause) {
    throw failed(`${nameOf(target)} could not be created`, cause);
  }
}

/** Fields of an index that the server sets itself, or that old ones reported. */
const SERVERS_OWN_FIELDS = new Set(['v', 'ns', 'background']);

async function createIndexes(client: MongoClient, { target, indexes }: Plan): Promise<void> {
  const wanted = indexes
    .map((index) => new Map([...index].filter(([name]) => !SERVERS_OWN_FIELDS.has(name))))
    .filter((index) => index.get('name') !== '_id_' && index.get('clustered') !== true);
  if (wanted.length === 0) return;
  try {
    await client.db(target.db).command({ createIndexes: target.collection, indexes: wanted });
  } catch (cause) {
    throw failed(`The indexes of ${nameOf(target)} could not be built`, cause);
  }
}

/** Sends the documents of one namespace in batches, some of them at once. */
class Loading {
  readonly plan: Plan;
  private readonly client: MongoClient;
  private readonly signal: AbortSignal | undefined;
  private readonly ordered: boolean;
  private batch = new Batch(BATCH_BYTES);
  /** Stored, and free to be filled again: what is not allocated need not be collected. */
  private readonly free: Batch[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private failure: unknown;

  constructor(client: MongoClient, plan: Plan, { signal }: LoadOptions) {
    this.client = client;
    this.plan = plan;
    this.signal = signal;
    // The order of a capped collection is part of its data.
    this.ordered = plan.options.get('capped') === true;
  }

  async add(documents: readonly Uint8Array[]): Promise<void> {
    for (const document of documents) {
      if (this.batch.documents >= BATCH_DOCUMENTS || !this.batch.hasRoomFor(document)) await this.send();
      this.batch.add(document);
    }
  }

  async finish(): Promise<void> {
    await this.send();
    await Promise.all(this.underWay);
    this.throwFailure();
  }

  private async send(): Promise<void> {
    this.throwFailure();
    if (this.batch.documents === 0) return;
    const batch = this.batch;
    this.batch = this.free.pop() ?? new Batch(BATCH_BYTES);
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
      throw failed(`${nameOf(this.plan.target)} refused document ${id}: ${first.message}`);
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

function failed(message: string, cause?: unknown): BackupError {
  const because = cause instanceof MongoServerError ? `: ${cause.message}` : '';
  return new BackupError({
    code: 'restore.failed',
    message: `${message}${because}.`,
    hint: 'What was restored so far is incomplete. Mend the cause and run it again: what is whole already is skipped.',
    cause,
  });
}
