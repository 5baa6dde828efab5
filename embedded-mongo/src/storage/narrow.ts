import type { Plan, Range } from '../indexes/plan.ts';
import { type Index, indexTable } from './catalog.ts';
import type { Connection } from './connection.ts';
import { aboutSize } from './range-sizes.ts';
import { reads } from './records.ts';

/** The records that an index alone names as possible matches. */
export interface Named {
  /** Each once. */
  readonly rids: readonly number[];
  /** All of them match: no document has to be asked. */
  readonly certain: boolean;
}

/**
 * The records that have an entry in each range of a plan by text prefixes, or undefined where even the rarest prefix names
 * more than `most` entries: then documents in the order of the sort are found sooner by looking at them. Of those that
 * match for certain, `wanted` are enough.
 */
export const namedBy = (
  connection: Connection,
  plan: Plan,
  most: number,
  wanted?: number,
): Named | undefined => {
  if (plan.ranges.length !== 1) return undefined;
  const ranges = [...plan.ranges, ...plan.also];
  const inAll = ridsInAll(connection, plan.index!, ranges, most, plan.exact ? wanted : undefined);
  if (inAll) return { rids: inAll, certain: plan.exact };
  const [rarest, ...others] = ranges
    .map((range) => ridsWithin(connection, plan.index!, range, most + 1))
    .filter((rids) => rids.length <= most)
    .sort((a, b) => a.length - b.length);
  if (!rarest) return undefined;
  let named = new Set(rarest);
  for (const rids of others) named = new Set(rids.filter((rid) => named.has(rid)));
  return { rids: [...named], certain: plan.exact && others.length + 1 === ranges.length };
};

/**
 * The records with an entry in each of several ranges, found by SQLite itself, or undefined where too many have to be held together for
 * that: all ranges are held but the largest, which is walked through.
 */
const ridsInAll = (
  connection: Connection,
  index: Index,
  ranges: readonly Range[],
  most: number,
  wanted = -1,
): number[] | undefined => {
  if (ranges.length < 2) return undefined;
  const within = `SELECT rid FROM ${indexTable(index)} WHERE key >= ? AND key < ?`;
  const sized = ranges.map((range) => ({ range, size: aboutSize(connection, index, range, most + 1) }));
  const [walked, ...held] = sized.sort((a, b) => b.size - a.size) as [Sized, ...Sized[]];
  if (held[0]!.size > most) return undefined;
  const all = `${within.replace('rid', 'DISTINCT rid')} ${held.map(() => `AND rid IN (${within})`).join(' ')}`;
  const [row] = connection.all(
    `SELECT json_group_array(rid) FROM (${all} LIMIT ?)`,
    ...[walked, ...held].flatMap(({ range: { low, high } }) => [low, high]),
    wanted,
  );
  reads.keys += sized.reduce((sum, { size }) => sum + size, 0);
  return JSON.parse(row![0] as string) as number[];
};

interface Sized {
  readonly range: Range;
  /** About how many entries it has, counted up to a limit. */
  readonly size: number;
}

/** As one text: SQLite hands over thousands of numbers far sooner in one row than in a row each. */
const ridsWithin = (connection: Connection, index: Index, { low, high }: Range, limit: number): number[] => {
  const rows = `SELECT rid FROM ${indexTable(index)} WHERE key >= ? AND key < ? LIMIT ?`;
  const [row] = connection.all(`SELECT json_group_array(rid) FROM (${rows})`, low, high, limit);
  const rids = JSON.parse(row![0] as string) as number[];
  reads.keys += rids.length;
  return rids;
};
