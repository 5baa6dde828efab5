import { type Document, type MongoClient, MongoServerError } from 'mongodb';
import {
  type ArchiveCollection,
  type ArchiveEvent,
  isServersOwn,
  type Namespace,
  nameOf,
  type Prelude,
} from '../archive/format.ts';
import { BackupError } from '../errors.ts';
import { collectAll } from '../young-generation.ts';
import type { Ordered } from './extended-json.ts';
import { type Destination, failed } from './loading.ts';
import { LoadingsUnderWay } from './loadings-under-way.ts';
import { OBSOLETE_OPTIONS, readMetadata, typeOf } from './metadata.ts';

export interface LoadOptions {
  /** Where a namespace goes; undefined leaves it out. Default: everything goes where it came from. */
  readonly target?: (namespace: Namespace) => Namespace | undefined;
  /** Takes away what is there under a namespace's name before it is loaded. Else that is an error. Default false. */
  readonly drop?: boolean;
  readonly signal?: AbortSignal;
  readonly onDocuments?: (documents: number, bytes: number) => void;
  /** Called when all documents of a namespace are in, and before its indexes are (one of them might expire documents). */
  readonly onLoaded?: (source: Namespace, target: Namespace) => Promise<void>;
  /** Builds the indexes, too. Default true. */
  readonly indexes?: boolean;
  /** Told of what the server does not take; all else goes on. Without it, that is an error. */
  readonly onRefused?: (refused: Refused) => void;
}

/** A collection that the server would not create, or an index that it would not build: it may be of a kind that this server lacks. */
export interface Refused {
  readonly source: Namespace;
  readonly target: Namespace;
  /** Null: the collection itself, with all its documents. */
  readonly index: string | null;
  /** The server's own code. */
  readonly code: number | undefined;
  /** The server's own words. */
  readonly reason: string;
}

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
  const underWay = new LoadingsUnderWay(client, options.signal);

  try {
    for await (const event of events) {
      options.signal?.throwIfAborted();
      if (event.kind === 'prelude') {
        refuseUnfit(event);
        plans = plan(event, targetOf);
        // What reading the options and indexes of thousands of collections has left behind.
        collectAll();
        continue;
      }
      const found = plans.get(nameOf(event.namespace));
      if (found === undefined) continue;
      found.state ??= await begin(client, found, options);
      if (found.state === 'refused') continue;
      switch (event.kind) {
        case 'segment':
          break;
        case 'documents':
          await underWay.add(found, event.documents);
          options.onDocuments?.(
            event.documents.length,
            event.documents.reduce((sum, { length }) => sum + length, 0),
          );
          break;
        case 'end':
          await underWay.finish(found);
          await options.onLoaded?.(found.source, found.target);
          if (options.indexes !== false) await createIndexes(client, found, options);
          break;
      }
    }
  } finally {
    // Who is told that it failed must not find it writing on.
    await underWay.settle();
  }
}

interface Plan extends Destination {
  /** The namespace as the archive's prelude calls it. */
  readonly source: Namespace;
  readonly type: string;
  readonly indexes: readonly Ordered[];
  /** Undefined before anything of it has come. */
  state?: 'created' | 'refused';
}

function plan(
  prelude: Prelude,
  targetOf: (namespace: Namespace) => Namespace | undefined,
): Map<string, Plan> {
  const plans = new Map<string, Plan>();
  for (const entry of prelude.collections) {
    if (isServersOwn(entry)) continue;
    const target = targetOf({ db: entry.db, collection: entry.collection });
    if (target === undefined) continue;
    const { options, indexes } = parse(entry);
    const source = { db: entry.db, collection: entry.collection };
    const common = { source, target, type: typeOf(entry, options), options, indexes };
    plans.set(nameOf(entry), { ...common, into: target.collection });
    if (common.type === 'timeseries') {
      const buckets = { db: entry.db, collection: `system.buckets.${entry.collection}` };
      plans.set(nameOf(buckets), { ...common, into: `system.buckets.${target.collection}` });
    }
  }
  return plans;
}

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

async function begin(
  client: MongoClient,
  plan: Plan,
  { drop = false, onRefused }: LoadOptions,
): Promise<'created' | 'refused'> {
  try {
    await createCollection(client, plan, drop);
    return 'created';
  } catch (error) {
    tellRefused(error, plan, null, onRefused);
    return 'refused';
  }
}

/** Passes on what the server refused; throws what it did not say, and where nobody asked for it. */
function tellRefused(
  error: unknown,
  { source, target }: Pick<Plan, 'source' | 'target'>,
  index: string | null,
  onRefused: LoadOptions['onRefused'],
): void {
  const said = error instanceof BackupError ? error.cause : error;
  if (!onRefused || !(said instanceof MongoServerError)) throw error;
  onRefused({ source, target, index, code: Number(said.code), reason: said.message });
}

/** Makes a collection as an archive, or the server's own list of changes, describes it. @throws {BackupError} `restore.failed` */
export async function createCollection(
  client: MongoClient,
  { target, options }: Pick<Plan, 'target' | 'options'>,
  drop: boolean,
): Promise<void> {
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

/** Builds indexes; one that the server refuses keeps no other from being built, where `onRefused` is told of it. */
export async function createIndexes(
  client: MongoClient,
  plan: Pick<Plan, 'source' | 'target' | 'indexes'>,
  { onRefused }: Pick<LoadOptions, 'onRefused'>,
): Promise<void> {
  const { target } = plan;
  const wanted = plan.indexes
    .map((index) => new Map([...index].filter(([name]) => !SERVERS_OWN_FIELDS.has(name))))
    .filter((index) => index.get('name') !== '_id_' && index.get('clustered') !== true);
  const build = async (indexes: typeof wanted) => {
    try {
      await client.db(target.db).command({ createIndexes: target.collection, indexes });
    } catch (cause) {
      throw failed(`The indexes of ${nameOf(target)} could not be built`, cause);
    }
  };
  if (wanted.length === 0) return;
  try {
    await build(wanted);
  } catch (error) {
    if (!onRefused) throw error;
    // One that the server does not take keeps the others from being built beside it.
    for (const index of wanted) {
      try {
        await build([index]);
      } catch (refusal) {
        tellRefused(refusal, plan, String(index.get('name')), onRefused);
      }
    }
  }
}
