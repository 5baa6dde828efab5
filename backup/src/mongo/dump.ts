import { type ClientSession, type MongoClient, MongoServerError, type Timestamp } from 'mongodb';
import { type ArchiveEvent, FORMAT_VERSION, isServersOwn, nameOf } from '../archive/format.ts';
import { BackupError } from '../errors.ts';
import { Fingerprint } from '../fingerprint.ts';
import type { CollectionRecord, Consistency } from '../manifest.ts';
import { fromTimestamp, type Instant } from '../oplog/instant.ts';
import {
  type CatalogEntry,
  type ListedCollection,
  listCollections,
  listDatabases,
  readUuids,
  withIndexes,
} from './catalog.ts';
import { readRaw, snapshotTime } from './driver.ts';
import { writeMetadata } from './metadata.ts';
import { parseVersion, readServerFacts, type ServerFacts } from './server.ts';

export interface DumpOptions {
  /** Only these databases. Default: all that mongodump takes, with users and roles. */
  readonly databases?: readonly string[];
  /** Why not to read as of one instant, although the server might: becomes the backup's label. Default: it is tried. */
  readonly withoutSnapshot?: string;
  readonly signal?: AbortSignal;
  /** Called as documents pass. */
  readonly onDocuments?: (documents: number, bytes: number) => void;
}

/** What goes first and whole, because mongorestore wants users and their format before anything else. */
const FIRST = ['admin.system.users', 'admin.system.roles', 'admin.system.version'];

/** A dump of a server: events for {@link encodeArchive}, and, once these have passed, what was in them. */
export class Dump {
  readonly server: ServerFacts;
  /** Bytes that the server thinks its documents have: what progress is measured by. */
  readonly expected: number;
  readonly records: CollectionRecord[] = [];
  consistency: Consistency;

  private readonly client: MongoClient;
  private readonly catalog: readonly CatalogEntry[];
  private readonly options: DumpOptions;
  private readonly session: ClientSession | undefined;
  private readonly at: Instant | undefined;

  private constructor(
    client: MongoClient,
    server: ServerFacts,
    catalog: readonly CatalogEntry[],
    expected: number,
    snapshot: Snapshot,
    options: DumpOptions,
  ) {
    this.client = client;
    this.server = server;
    this.catalog = catalog;
    this.expected = expected;
    this.options = options;
    this.session = 'session' in snapshot ? snapshot.session : undefined;
    this.at = 'session' in snapshot ? snapshot.at : undefined;
    this.consistency = { kind: 'none', reason: 'reason' in snapshot ? snapshot.reason : '' };
  }

  /** Looks at everything that will be dumped, and opens a snapshot of it where the server can. */
  static async open(client: MongoClient, options: DumpOptions = {}): Promise<Dump> {
    const server = await readServerFacts(client);
    if (parseVersion(server.version) === undefined) {
      throw new BackupError({
        code: 'backup.unsupported-server',
        message: `The server calls its version "${server.version}", which no restoring tool could read.`,
      });
    }
    const databases = options.databases ?? (await listDatabases(client));
    for (let attempt = 1; ; attempt++) {
      const listed = await listAll(client, databases);
      if (listed.every(isServersOwn)) throw empty(databases);
      const reason = options.withoutSnapshot ?? withoutSnapshot(listed);
      const snapshot = reason === undefined ? await openSnapshot(client, server, listed) : { reason };
      // A collection that was made before the instant of the snapshot and after the list would be in neither the backup nor the changes since.
      const isSame = 'reason' in snapshot || sameCollections(listed, await listAll(client, databases));
      if (!isSame && attempt < ATTEMPTS) {
        await snapshot.session.endSession();
        continue;
      }
      if (!isSame) throw sourceChanged('A collection was made or dropped each time that a backup began');
      // Of after the instant: an index that was built since then is built again by the changes since, and harms nothing.
      const catalog: CatalogEntry[] = [];
      for await (const entry of withIndexes(client, listed)) catalog.push(entry);
      let expected = 0;
      for (const name of databases) expected += Number((await client.db(name).stats()).dataSize);
      return new Dump(client, server, catalog, expected, snapshot, options);
    }
  }

  async *events(): AsyncGenerator<ArchiveEvent> {
    yield {
      kind: 'prelude',
      header: {
        concurrentCollections: 1,
        version: FORMAT_VERSION,
        serverVersion: this.server.version,
        toolVersion: 'conductor',
      },
      collections: this.catalog.map((entry) => ({
        db: entry.db,
        collection: entry.collection,
        metadata: writeMetadata(entry),
        size: 0,
        type: entry.type,
      })),
    };
    for (const entry of this.catalog) yield* this.collection(entry);
    await this.expectSameCollections();
    if (this.at) this.consistency = { kind: 'snapshot', at: this.at };
  }

  async close(): Promise<void> {
    // Ends its transaction, too.
    await this.session?.endSession();
  }

  private async *collection(entry: CatalogEntry): AsyncGenerator<ArchiveEvent> {
    const { db, type } = entry;
    const buckets = type === 'timeseries' && !keepsTimeSeriesWhole(this.server);
    const collection = buckets ? `system.buckets.${entry.collection}` : entry.collection;
    const namespace = { db, collection };
    const fingerprint = new Fingerprint();
    yield { kind: 'segment', namespace };
    if (type !== 'view') {
      const session = READ_AS_THEY_ARE.has(db) ? undefined : this.session;
      const batches = readRaw(this.client.db(db), collection, {
        ...(session && { session }),
        ...(type === 'timeseries' && !buckets && { rawData: true }),
        ...(this.options.signal && { signal: this.options.signal }),
      });
      for await (const documents of batches) {
        const before = fingerprint.bytes;
        fingerprint.addAll(documents);
        this.options.onDocuments?.(documents.length, fingerprint.bytes - before);
        yield { kind: 'documents', namespace, documents };
      }
    }
    yield { kind: 'end', namespace };
    this.records.push(recordOf(entry, fingerprint));
  }

  /** A collection that was dropped, renamed or made anew meanwhile would be in the backup with too few documents. */
  private async expectSameCollections(): Promise<void> {
    for (const db of new Set(this.catalog.map((entry) => entry.db))) {
      const now = await readUuids(this.client.db(db));
      for (const entry of this.catalog) {
        if (entry.db !== db) continue;
        if (now.has(entry.collection) && now.get(entry.collection) === entry.uuid) continue;
        throw sourceChanged(`${nameOf(entry)} was dropped or replaced while it was being backed up`);
      }
    }
  }
}

export function recordOf(entry: CatalogEntry, { documents, bytes, hash }: Fingerprint): CollectionRecord {
  const { db, collection, type, options, indexes } = entry;
  return { db, collection, type, documents, bytes, hash, options, indexes: [...indexes] };
}

/** How often a backup begins at most until no collection is made meanwhile. */
const ATTEMPTS = 5;

/** With users and roles first. */
async function listAll(client: MongoClient, databases: readonly string[]): Promise<ListedCollection[]> {
  const listed: ListedCollection[] = [];
  for (const name of databases) listed.push(...(await listCollections(client.db(name))));
  return listed.sort((a, b) => rank(a) - rank(b));
}

const sameCollections = (some: readonly ListedCollection[], others: readonly ListedCollection[]): boolean =>
  some.map(identity).join() === others.map(identity).join();

const identity = (entry: ListedCollection): string => `${nameOf(entry)} ${entry.uuid ?? ''}`;

const empty = (databases: readonly string[]): BackupError =>
  new BackupError({
    code: 'backup.empty',
    message: `There is nothing to back up in ${databases.join(', ') || 'this server'}: it has no collections of an application.`,
    hint: 'Is that the right database? The connection string names it.',
  });

const sourceChanged = (what: string): BackupError =>
  new BackupError({
    code: 'backup.source-changed',
    message: `${what}.`,
    hint: 'Run the backup again when no collections are being changed.',
  });

/** A snapshot is not to be had of these; they hold no data of applications. */
const READ_AS_THEY_ARE = new Set(['admin', 'config']);

/** Since 8.3 a time series is dumped under its own name. Source: mongo-tools, mongodump (rawData). */
function keepsTimeSeriesWhole({ version }: ServerFacts): boolean {
  const { major, minor } = parseVersion(version)!;
  return major > 8 || (major === 8 && minor >= 3);
}

const rank = (entry: ListedCollection): number => {
  const first = FIRST.indexOf(nameOf(entry));
  return first < 0 ? FIRST.length : first;
};

function withoutSnapshot(catalog: readonly ListedCollection[]): string | undefined {
  const first = catalog.find((entry) => READ_AS_THEY_ARE.has(entry.db) && !isServersOwn(entry));
  return first && `not point-in-time: ${nameOf(first)} is in ${first.db}, of which servers give no snapshot`;
}

/** Every change of `at` and before is in it, and none after. */
type Snapshot = { readonly session: ClientSession; readonly at: Instant } | { readonly reason: string };

/**
 * A session that reads everything as of one instant. Where the server can't (a standalone one, an old one, a capped collection),
 * the reason, which the backup then carries as its label.
 */
async function openSnapshot(
  client: MongoClient,
  { embedded }: ServerFacts,
  catalog: readonly ListedCollection[],
): Promise<Snapshot> {
  const data = catalog.filter(({ db, type }) => type !== 'view' && !READ_AS_THEY_ARE.has(db));
  const capped = data.filter(({ options }) => options.includes('"capped":true'));
  const session = client.startSession({ snapshot: !embedded });
  // The embedded server has its snapshots in transactions, which live there for as long as they are used; mongod ends them after
  // a minute, and has sessions for this.
  if (embedded) session.startTransaction({ readConcern: { level: 'snapshot' } });
  try {
    let time: Timestamp | undefined;
    for (const { db, collection } of [...data.slice(0, 1), ...capped]) {
      await client
        .db(db)
        .collection(collection)
        .findOne({}, { session, projection: { _id: 1 } });
      // The embedded server answers the first read with the time of its snapshot; later answers tell a later one.
      time ??= snapshotTime(session) ?? session.operationTime;
    }
    if (time !== undefined) return { session, at: fromTimestamp(time) };
    await session.endSession();
    return { reason: 'not point-in-time: the server does not tell the time of its snapshot' };
  } catch (error) {
    await session.endSession();
    if (!isRefusal(error)) throw error;
    return { reason: `not point-in-time: the server refuses a snapshot (${error.message})` };
  }
}

/** SnapshotTooOld: the server keeps an instant readable only for `minSnapshotHistoryWindowInSeconds`, five minutes by default. */
const SNAPSHOT_TOO_OLD = 239;

export const isSnapshotTooOld = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === SNAPSHOT_TOO_OLD;

/** Errors with a code from the server, or the driver's own word that the server is too old; not those of the network. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof MongoServerError || (error instanceof Error && error.name === 'MongoCompatibilityError');
