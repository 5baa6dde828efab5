import type { Range } from '../indexes/plan.ts';
import { type Collection, type Index, indexTable, recordTable } from './catalog.ts';
import type { Connection } from './connection.ts';
import { firstChunk, largestChunk, readChunk, reads, type StoredRecord } from './records.ts';

/**
 * The entries of an index within several ranges in one order: that of what follows the bytes which are fixed in each. MongoDB calls
 * it SORT_MERGE. Of every range as many entries are looked at as are wanted, and only those documents are read that come first.
 */
export function* scanMerged(
  connection: Connection,
  collection: Collection,
  index: Index,
  ranges: readonly Range[],
  reverse: boolean,
  wanted = firstChunk,
): Generator<StoredRecord> {
  const order = reverse ? 'DESC' : '';
  const sql = (within: string) => {
    const entries = `SELECT substr(key, ?) AS rest, rid FROM ${indexTable(index)} WHERE ${within} ORDER BY key ${order}, rid ${order} LIMIT ?`;
    const first = `${ranges.map(() => `SELECT * FROM (${entries})`).join(' UNION ALL ')} ORDER BY rest ${order}, rid ${order} LIMIT ?`;
    return `SELECT e.rest AS key, e.rid, r.doc FROM (${first}) AS e CROSS JOIN ${recordTable(collection)} AS r ON r.rid = e.rid ORDER BY e.rest ${order}, e.rid ${order} LIMIT ?`;
  };
  const next = reverse ? 'key >= ? AND (key, rid) < (?, ?)' : '(key, rid) > (?, ?) AND key < ?';
  const seen = new Set<number>();
  let size = Math.max(1, Math.min(wanted, largestChunk));
  const chunk = (within: string, bounds: (range: Range) => (Buffer | number)[]) =>
    readChunk(
      connection,
      collection,
      sql(within),
      reverse,
      ...ranges.flatMap((range) => [range.fixed! + 1, ...bounds(range), size]),
      size,
      size,
    );
  let { records, key } = chunk('key >= ? AND key < ?', ({ low, high }) => [low, high]);
  for (;;) {
    reads.keys += records.length;
    for (const record of records) {
      // An array that holds several of the values has an entry for each.
      if (seen.has(record.rid)) continue;
      seen.add(record.rid);
      yield record;
    }
    if (records.length < size) return;
    const { rid } = records.at(-1)!;
    const last = key;
    size = Math.min(size * 4, largestChunk);
    ({ records, key } = chunk(next, ({ low, high, fixed }) => {
      const reached = Buffer.concat([low.subarray(0, fixed), last]);
      return reverse ? [low, reached, rid] : [reached, rid, high];
    }));
  }
}
