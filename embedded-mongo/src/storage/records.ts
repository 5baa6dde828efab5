import { CommandError } from '../errors.ts';
import type { Range } from '../indexes/plan.ts';
import { type Collection, type Index, indexTable, recordTable } from './catalog.ts';
import { bytesOf, type Connection } from './connection.ts';

/** A stored document and the number it is kept under. */
export interface StoredRecord {
  readonly rid: number;
  readonly bytes: Buffer;
}

/** How many rows are read at once: few first, since many reads need few. */
export const firstChunk = 128;
export const largestChunk = 256;
/** The same where only keys are read. */
const largestWalk = 2048;

/** What was looked at since the start, as `explain` and `serverStatus` tell it. */
export const reads = { keys: 0, documents: 0, collectionScans: 0 };

/**
 * All records (or those numbered within a range) in the order in which they were inserted. Between chunks others may write; each record
 * comes at most once. Its bytes may be a part of those that were read with them.
 */
export function* scanRecords(
  connection: Connection,
  collection: Collection,
  reverse: boolean,
  wanted = firstChunk,
  within = { from: 0, to: Number.MAX_SAFE_INTEGER - 1 },
): Generator<StoredRecord> {
  const from = `SELECT rid AS key, rid, doc FROM ${recordTable(collection)}`;
  const sql = reverse
    ? `${from} WHERE rid < ? AND rid >= ? ORDER BY rid DESC LIMIT ?`
    : `${from} WHERE rid > ? AND rid <= ? ORDER BY rid LIMIT ?`;
  const end = reverse ? within.from : within.to;
  reads.collectionScans++;
  let last = reverse ? within.to + 1 : within.from - 1;
  for (let size = Math.max(1, Math.min(wanted, largestChunk)); ; size = Math.min(size * 4, largestChunk)) {
    const { records } = readChunk(connection, collection, sql, reverse, last, end, size);
    reads.documents += records.length;
    yield* records;
    if (records.length < size) return;
    last = records.at(-1)!.rid;
  }
}

/** A collection that was dropped while a cursor was reading it ends the cursor as MongoDB does. */
const readRows = (
  connection: Connection,
  collection: Collection,
  sql: string,
  ...values: (number | string | Buffer)[]
): unknown[][] => {
  try {
    return connection.all(sql, ...values);
  } catch (cause) {
    if (/no such table/.test((cause as Error).message))
      throw new CommandError(175, `collection dropped. UUID ${collection.uuid.toString('hex')}`, { cause });
    throw cause;
  }
};

/**
 * The entries of an index within ranges, with their documents, whose bytes are those of {@link scanRecords}. A multikey index may name a
 * document more than once.
 */
export function* scanIndex(
  connection: Connection,
  collection: Collection,
  index: Index,
  ranges: readonly Range[],
  reverse: boolean,
  wanted = firstChunk,
): Generator<StoredRecord> {
  const seen = index.multikey || ranges.length > 1 ? new Set<number>() : undefined;
  const from = `SELECT e.key, e.rid, r.doc FROM ${indexTable(index)} AS e CROSS JOIN ${recordTable(collection)} AS r ON r.rid = e.rid`;
  const first = reverse
    ? `${from} WHERE e.key >= ? AND e.key < ? ORDER BY e.key DESC, e.rid DESC LIMIT ?`
    : `${from} WHERE e.key >= ? AND e.key < ? ORDER BY e.key, e.rid LIMIT ?`;
  const next = reverse
    ? `${from} WHERE e.key >= ? AND (e.key, e.rid) < (?, ?) ORDER BY e.key DESC, e.rid DESC LIMIT ?`
    : `${from} WHERE (e.key, e.rid) > (?, ?) AND e.key < ? ORDER BY e.key, e.rid LIMIT ?`;
  for (const { low, high } of reverse ? [...ranges].reverse() : ranges) {
    let size = Math.max(1, Math.min(wanted, largestChunk));
    let chunk = readChunk(connection, collection, first, reverse, low, high, size);
    for (;;) {
      const { records, key } = chunk;
      reads.keys += records.length;
      for (const record of records) {
        if (seen?.has(record.rid)) continue;
        seen?.add(record.rid);
        yield record;
      }
      if (records.length < size) break;
      const { rid } = records.at(-1)!;
      size = Math.min(size * 4, largestChunk);
      chunk = reverse
        ? readChunk(connection, collection, next, reverse, low, key, rid, size)
        : readChunk(connection, collection, next, reverse, key, rid, high, size);
    }
  }
}

/** What was read at once, and the key of the last one. */
interface Chunk {
  readonly records: readonly StoredRecord[];
  readonly key: Buffer;
}

const largestDocument = 16 * 1024 * 1024;
/** Below the longest blob that SQLite makes. */
const largestJoin = 900_000_000;

/** Whether some documents of a collection are little enough to come as one: as a rule, and even if they are its largest. */
const joinable = ({ bytes, count }: Collection, size: number): boolean =>
  bytes <= count * 16 * 1024 && Math.min(bytes, size * largestDocument) < largestJoin;

/**
 * What a query of keys, numbers and documents gives, whose last value is how many at most. The documents come in one blob where they are
 * small: a blob for each of them, and one for its key, is three times the work.
 */
export const readChunk = (
  connection: Connection,
  collection: Collection,
  sql: string,
  reverse: boolean,
  ...values: (number | string | Buffer)[]
): Chunk => {
  if (!joinable(collection, values.at(-1) as number)) {
    const rows = readRows(connection, collection, sql, ...values);
    return {
      records: rows.map(([, rid, doc]) => ({ rid: rid as number, bytes: bytesOf(doc) })),
      key: rows.at(-1)?.[0] as Buffer,
    };
  }
  const last = reverse ? 'min' : 'max';
  const joined = `SELECT json_group_array(rid), CAST(group_concat(doc, '') AS BLOB), ${last}(key) FROM (${sql})`;
  const [[rids, docs, key]] = readRows(connection, collection, joined, ...values) as [unknown[]];
  const bytes = docs === null ? Buffer.alloc(0) : bytesOf(docs);
  let at = 0;
  const records = (JSON.parse(rids as string) as number[]).map((rid) => {
    const start = at;
    at += bytes.readInt32LE(start);
    return { rid, bytes: bytes.subarray(start, at) };
  });
  return { records, key: key as Buffer };
};

/** How many entries lie within one range, counted up to a limit. */
export const rangeSize = (
  connection: Connection,
  collection: Collection,
  index: Index,
  { low, high }: Range,
  limit: number,
): number => {
  const sql = `SELECT count(*) FROM (SELECT 1 FROM ${indexTable(index)} WHERE key >= ? AND key < ? LIMIT ?)`;
  return Number(readRows(connection, collection, sql, low, high, limit)[0]![0]);
};

/** How many records ranges name, each counted once, up to a limit and without reading a document. */
export const countEntries = (
  connection: Connection,
  collection: Collection,
  index: Index,
  ranges: readonly Range[],
  limit: number,
): number => {
  const most = Math.min(limit, Number.MAX_SAFE_INTEGER);
  if (!index.multikey) {
    let total = 0;
    for (const range of ranges) {
      if (total >= limit) break;
      total += rangeSize(connection, collection, index, range, most - total);
    }
    return total;
  }
  const sql = `SELECT DISTINCT rid FROM ${indexTable(index)} WHERE key >= ? AND key < ? LIMIT ?`;
  if (ranges.length === 1) {
    const [{ low, high }] = ranges as [Range];
    return Number(readRows(connection, collection, `SELECT count(*) FROM (${sql})`, low, high, most)[0]![0]);
  }
  const rids = new Set<unknown>();
  for (const { low, high } of ranges) {
    if (rids.size >= limit) break;
    for (const [rid] of readRows(connection, collection, sql, low, high, most)) rids.add(rid);
  }
  return Math.min(rids.size, most);
};

/** The records among some, in the order of an index. */
export function* scanAmong(
  connection: Connection,
  collection: Collection,
  index: Index,
  [range]: readonly [Range],
  reverse: boolean,
  rids: ReadonlySet<number>,
): Generator<StoredRecord> {
  const left = new Set(rids);
  const from = `SELECT key, rid FROM ${indexTable(index)}`;
  const sql = reverse
    ? `${from} WHERE key >= ? AND (key, rid) < (?, ?) ORDER BY key DESC, rid DESC LIMIT ?`
    : `${from} WHERE (key, rid) > (?, ?) AND key < ? ORDER BY key, rid LIMIT ?`;
  let key = reverse ? range.high : range.low;
  let last = -1;
  for (let size = firstChunk; left.size > 0; size = Math.min(size * 4, largestWalk)) {
    const rows = reverse
      ? readRows(connection, collection, sql, range.low, key, last, size)
      : readRows(connection, collection, sql, key, last, range.high, size);
    reads.keys += rows.length;
    for (const row of rows) {
      const rid = row[1] as number;
      if (!left.delete(rid)) continue;
      const bytes = getRecord(connection, collection, rid);
      if (bytes) yield { rid, bytes };
    }
    if (rows.length < size) return;
    key = bytesOf(rows.at(-1)![0]);
    last = rows.at(-1)![1] as number;
  }
}

export const getRecord = (
  connection: Connection,
  collection: Collection,
  rid: number,
): Buffer | undefined => {
  const row = connection.get(`SELECT doc FROM ${recordTable(collection)} WHERE rid = ?`, rid);
  return row && bytesOf(row[0]);
};

/** The records of some numbers, those that are there. */
export function* getRecords(
  connection: Connection,
  collection: Collection,
  rids: readonly number[],
): Generator<StoredRecord> {
  const numbered = `SELECT r.rid AS key, r.rid, r.doc FROM json_each(?) AS n CROSS JOIN ${recordTable(collection)} AS r ON r.rid = n.value LIMIT ?`;
  for (let at = 0; at < rids.length; at += largestChunk) {
    const some = rids.slice(at, at + largestChunk);
    yield* readChunk(connection, collection, numbered, false, JSON.stringify(some), some.length).records;
  }
}

/** Another record with the same key in an index, if there is one. */
export const ridsOfKey = (connection: Connection, index: Index, key: Buffer, except: number): number[] =>
  connection
    .all(`SELECT rid FROM ${indexTable(index)} WHERE key = ? AND rid <> ?`, key, except)
    .map(([rid]) => rid as number);
