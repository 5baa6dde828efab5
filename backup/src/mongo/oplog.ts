import { type Collection, type MongoClient, MongoServerError } from 'mongodb';
import { fromTimestamp, type Instant, toTimestamp } from '../oplog/instant.ts';

/** Entries that the server is asked for at once. */
const BATCH = 1_000;
/** Unauthorized. */
const UNAUTHORIZED = 13;

/** The list of changes that each member of a replica set keeps, `local.oplog.rs`. */
export interface Oplog {
  /** The last change that a majority of the set has. */
  newest(): Promise<Instant>;
  /** The entry of exactly that instant, as its bytes; undefined when there is none, or none any more. */
  at(instant: Instant): Promise<Uint8Array | undefined>;
  /** The entries after one instant and up to another, as their bytes. */
  read(after: Instant, upTo: Instant, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

/** The oplog of a server, or, in a sentence, why it has none that can be read. */
export async function openOplog(client: MongoClient): Promise<Oplog | { readonly reason: string }> {
  await client.connect();
  const hello = await client.db('admin').command({ hello: 1 });
  if (hello.msg === 'isdbgrid')
    return { reason: 'it is a sharded cluster, whose changes no single list has' };
  if (hello.setName === undefined)
    return { reason: 'it runs without a replica set, so it keeps no list of changes' };
  const entries = client.db('local').collection('oplog.rs', { readConcern: { level: 'majority' } });
  try {
    if ((await end(entries, 1)) === undefined)
      return { reason: 'it keeps no list of changes (local.oplog.rs)' };
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === UNAUTHORIZED)) throw error;
    return { reason: 'its user may not read local.oplog.rs; the role "read" on the database local lets it' };
  }
  return {
    newest: async () => (await end(entries, -1))!,
    async at(instant) {
      const entry = await entries.findOne({ ts: toTimestamp(instant) }, { raw: true });
      return entry === null ? undefined : Buffer.from(entry as unknown as Uint8Array);
    },
    async *read(after, upTo, signal) {
      const range = { ts: { $gt: toTimestamp(after), $lte: toTimestamp(upTo) } };
      const cursor = entries.find(range, { raw: true, batchSize: BATCH, ...(signal && { signal }) });
      try {
        for await (const entry of cursor) yield entry as unknown as Uint8Array;
      } finally {
        await cursor.close();
      }
    },
  };
}

async function end(entries: Collection, direction: 1 | -1): Promise<Instant | undefined> {
  const [entry] = await entries
    .find({}, { projection: { ts: 1 } })
    .sort({ $natural: direction })
    .limit(1)
    .toArray();
  return entry && fromTimestamp(entry.ts);
}
