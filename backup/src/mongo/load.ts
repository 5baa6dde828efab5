import type { Document, MongoClient } from 'mongodb';
import {
  type ArchiveCollection,
  type ArchiveEvent,
  type Namespace,
  nameOf,
  OPLOG,
  type Prelude,
} from '../archive/format.ts';
import { BackupError } from '../errors.ts';
import type { Ordered } from './extended-json.ts';
import { type Destination, failed } from './loading.ts';
import { LoadingsUnderWay } from './loadings-under-way.ts';
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
          await underWay.add(found, event.documents);
          options.onDocuments?.(
            event.documents.length,
            event.documents.reduce((sum, { length }) => sum + length, 0),
          );
          break;
        case 'end':
          await underWay.finish(found);
          await options.onLoaded?.(found.source, found.target);
          await createIndexes(client, found);
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
