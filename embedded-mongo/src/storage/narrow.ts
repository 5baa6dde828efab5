import type { Plan, Range } from '../indexes/plan.ts';
import { type Index, indexTable } from './catalog.ts';
import type { Connection } from './connection.ts';
import { reads } from './records.ts';

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
export const namedBy = (connection: Connection, plan: Plan, most: number): Named | undefined => {
  if (plan.ranges.length !== 1) return undefined;
  const ranges = [...plan.ranges, ...plan.also];
  const [rarest, ...others] = ranges
    .map((range) => ridsWithin(connection, plan.index!, range, most + 1))
    .filter((rids) => rids.length <= most)
    .sort((a, b) => a.length - b.length);
  if (!rarest) return undefined;
  let named = new Set(rarest);
  for (const rids of others) named = new Set(rids.filter((rid) => named.has(rid)));
  return { rids: [...named], certain: plan.exact && others.length + 1 === ranges.length };
};

/** As one text: SQLite hands over thousands of numbers far sooner in one row than in a row each. */
const ridsWithin = (connection: Connection, index: Index, { low, high }: Range, limit: number): number[] => {
  const rows = `SELECT rid FROM ${indexTable(index)} WHERE key >= ? AND key < ? LIMIT ?`;
  const [row] = connection.all(`SELECT json_group_array(rid) FROM (${rows})`, low, high, limit);
  const rids = JSON.parse(row![0] as string) as number[];
  reads.keys += rids.length;
  return rids;
};
