import type { Plan } from '../indexes/plan.ts';
import { type Collection, indexTable } from './catalog.ts';
import type { Connection } from './connection.ts';
import { rangeSize, reads } from './records.ts';

/** The records that an index alone names as possible matches. */
export interface Named {
  readonly rids: readonly number[];
  /** All of them match: no document has to be asked. */
  readonly certain: boolean;
}

/**
 * The records that have an entry in each range of a plan by text prefixes, or undefined where even the rarest prefix names
 * more than `most` entries: then documents in the order of the sort are found sooner by looking at them.
 */
export const namedBy = (
  connection: Connection,
  collection: Collection,
  plan: Plan,
  most: number,
): Named | undefined => {
  if (plan.ranges.length !== 1) return undefined;
  const sized = [...plan.ranges, ...plan.also].map((range) => ({
    range,
    size: rangeSize(connection, collection, plan.index!, range, most + 1),
  }));
  const few = sized.filter(({ size }) => size <= most).sort((a, b) => a.size - b.size);
  if (few.length === 0) return undefined;
  const one = `SELECT rid FROM ${indexTable(plan.index!)} WHERE key >= ? AND key < ?`;
  const sql =
    few.length === 1 ? one.replace('SELECT', 'SELECT DISTINCT') : few.map(() => one).join(' INTERSECT ');
  const rows = connection.all(sql, ...few.flatMap(({ range }) => [range.low, range.high]));
  reads.keys += rows.length;
  return { rids: rows.map(([rid]) => rid as number), certain: plan.exact && few.length === sized.length };
};
