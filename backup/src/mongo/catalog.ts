import { type Binary, deserialize } from 'bson';
import type { Db, MongoClient } from 'mongodb';
import { type Namespace, nameOf } from '../archive/format.ts';
import { collectAll } from '../young-generation.ts';
import { toExtendedJson } from './extended-json.ts';

/** A collection as the server describes it, without its documents. */
export interface CatalogEntry extends Namespace {
  /** `collection`, `view` or `timeseries`. */
  readonly type: string;
  /** Canonical Extended JSON. */
  readonly options: string;
  readonly indexes: readonly string[];
  /** 32 hex digits; another one means another collection, even under the same name. */
  readonly uuid: string | undefined;
}

/** The collections of `config` that belong to the data of a cluster. Source: mongo-tools, common/dumprestore/config.go. */
const CONFIG_COLLECTIONS = new Set([
  'chunks',
  'collections',
  'databases',
  'settings',
  'shards',
  'tags',
  'version',
]);

/** What mongodump takes when it is asked for everything. */
export async function listDatabases(client: MongoClient): Promise<string[]> {
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  return databases
    .map(({ name }) => name)
    .filter((name) => name !== 'local' && !name.startsWith('__mdb_internal'));
}

/** A collection as {@link CatalogEntry} has it, but for its indexes. */
export type ListedCollection = Omit<CatalogEntry, 'indexes'>;

/** The collections of a database that a backup has, in the order of their names. */
export async function listCollections(db: Db): Promise<ListedCollection[]> {
  const entries: ListedCollection[] = [];
  for (const info of await rawDocuments(db.listCollections({}, { raw: true } as object))) {
    const { name, type, info: more } = deserialize(info);
    if (!isDumped(db.databaseName, name)) continue;
    const options = fieldsOf(info).get('options') ?? '{}';
    const common = { db: db.databaseName, collection: name, type: type ?? 'collection' };
    entries.push({ ...common, options, uuid: uuidIn(more) });
  }
  return entries.sort((a, b) => (a.collection < b.collection ? -1 : 1));
}

/** Collections whose indexes were asked for after which what that left behind is collected: a few MB, which V8 would let grow to many. */
const MANY = 1_000;

/** The same with their indexes, one after the other. */
export async function* withIndexes(
  client: MongoClient,
  listed: readonly ListedCollection[],
): AsyncGenerator<CatalogEntry> {
  for (const [index, each] of listed.entries()) {
    yield { ...each, indexes: await readIndexes(client.db(each.db), each) };
    if (index % MANY === MANY - 1) collectAll();
  }
}

/** The collections of a database with their indexes, one after the other. */
export async function* eachInCatalog(db: Db): AsyncGenerator<CatalogEntry> {
  yield* withIndexes(db.client, await listCollections(db));
}

/** All of them. */
export async function readCatalog(db: Db): Promise<CatalogEntry[]> {
  const entries: CatalogEntry[] = [];
  for await (const entry of eachInCatalog(db)) entries.push(entry);
  return entries;
}

/** The collections of several databases by their names ({@link nameOf}): of thousands, looking for one alone takes as long. */
export async function readCatalogs(
  client: MongoClient,
  databases: Iterable<string>,
): Promise<Map<string, CatalogEntry>> {
  const found = new Map<string, CatalogEntry>();
  for (const db of new Set(databases)) {
    for await (const entry of eachInCatalog(client.db(db))) found.set(nameOf(entry), entry);
  }
  return found;
}

/** The UUID of each collection of a database, by its name; undefined where it has none, as a view. */
export async function readUuids(db: Db): Promise<Map<string, string | undefined>> {
  const found = new Map<string, string | undefined>();
  for await (const { name, info } of db.listCollections({}, { nameOnly: false }))
    found.set(name, uuidIn(info));
  return found;
}

const uuidIn = (info: { uuid?: Binary } | undefined): string | undefined =>
  info?.uuid === undefined ? undefined : Buffer.from(info.uuid.buffer).toString('hex');

/** Which collections belong in a backup. Source: mongo-tools, mongodump/prepare.go. */
function isDumped(db: string, collection: string): boolean {
  if (db === 'admin') return collection !== 'system.keys';
  if (db === 'config') return CONFIG_COLLECTIONS.has(collection);
  if (collection.startsWith('system.')) return collection === 'system.js';
  return !collection.includes('$');
}

export async function readIndexes(
  db: Db,
  { collection, type }: Pick<ListedCollection, 'collection' | 'type'>,
): Promise<string[]> {
  if (type === 'view') return [];
  const indexes = await rawDocuments(db.collection(collection).listIndexes({ raw: true } as object));
  return indexes.map(toExtendedJson);
}

/** A metadata cursor's documents as bytes, because objects would lose the order of integer-like keys. */
async function rawDocuments(cursor: { toArray(): Promise<unknown[]> }): Promise<Uint8Array[]> {
  return (await cursor.toArray()) as Uint8Array[];
}

/** The top-level documents of a document, each as Extended JSON. */
function fieldsOf(document: Uint8Array): Map<string, string> {
  const nested = deserialize(document, { raw: true } as object);
  return new Map(
    Object.entries(nested)
      .filter((entry): entry is [string, Uint8Array] => entry[1] instanceof Uint8Array)
      .map(([name, bytes]) => [name, toExtendedJson(bytes)]),
  );
}
