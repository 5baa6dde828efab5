import { BSON } from 'mongodb';
import { z } from 'zod';
import type { AnyDocument, AnyFilter } from '../mongo/document.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { storedBytes } from '../mongo/stored.ts';
import { afterCursor, cursorAfter, mongoSort, orderOf } from './cursor.ts';
import type { Rows } from './rows.ts';

export const totalCap = 10_000;
const freshMs = 10_000;
const forgottenMs = 60_000;
const mostCounts = 1000;

/** Parameters every list has. */
export const pageParameters = {
  q: z
    .string()
    .trim()
    .max(100)
    .optional()
    .meta({ description: 'Words to search for; all must match the start of a word.' }),
  limit: z.coerce.number().int().min(1).max(100).default(25),
  cursor: z.string().max(1000).optional().meta({ description: 'page.nextCursor of the page before' }),
};

/** One page of `item`s. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    page: z.object({
      nextCursor: z.string().nullable(),
      total: z.number().int().describe(`Matches in all, at most ${totalCap}`),
      totalCapped: z.boolean().describe('Whether there are more than `total`'),
    }),
  });
}

interface ListRequest {
  filter: AnyFilter;
  sort: string;
  limit: number;
  cursor?: string | undefined;
}

/** Reads one page and the (capped) total. Totals may be some seconds old: counting is the dearer half of a list. */
export async function listPage<V extends object>(
  mongo: Mongo,
  collection: string,
  { filter, sort, limit, cursor }: ListRequest,
  rows: Rows<V>,
) {
  const order = orderOf(sort);
  const after = cursor === undefined ? filter : { $and: [filter, afterCursor(order, cursor)] };
  const [all, count] = await Promise.all([
    storedBytes(mongo, collection, after, { sort: mongoSort(order), limit: limit + 1 }),
    cappedCount(mongo, collection, filter),
  ]);
  const more = all.length > limit;
  const page = more ? all.slice(0, limit) : all;
  const data = page.map((bytes) => rows.of(bytes));
  return {
    data,
    page: {
      nextCursor: more
        ? remembered(data.at(-1)!, sort, () => cursorAfter(order, BSON.deserialize(page.at(-1)!)))
        : null,
      total: Math.min(count, totalCap),
      totalCapped: count > totalCap,
    },
  };
}

const cursors = new WeakMap<object, Map<string, string>>();

/** The cursor behind a row in an order: the same as long as the row is, which is another one when its record has changed. */
function remembered(row: object, sort: string, make: () => string): string {
  const known = cursors.get(row) ?? new Map<string, string>();
  cursors.set(row, known);
  const cursor = known.get(sort) ?? make();
  known.set(sort, cursor);
  return cursor;
}

interface Count {
  value: Promise<number>;
  at: number;
  asking: boolean;
}
const counts = new Map<string, Count>();

/**
 * Counts up to one past the cap. A known count is given at once, and asked anew behind it when it is older than 10 s;
 * after a minute it is forgotten. The policy is part of the filter, so nobody is told another's count.
 */
async function cappedCount({ db }: Mongo, collection: string, filter: AnyFilter): Promise<number> {
  const key = `${db.databaseName}.${collection} ${JSON.stringify(filter, regexAsText)}`;
  const ask = () => db.collection<AnyDocument>(collection).countDocuments(filter, { limit: totalCap + 1 });
  const now = Date.now();
  const known = counts.get(key);
  if (known && now - known.at < forgottenMs) {
    if (now - known.at > freshMs && !known.asking) refresh(known, ask);
    return known.value;
  }
  if (counts.size >= mostCounts) counts.clear();
  const count: Count = { value: ask(), at: now, asking: false };
  counts.set(key, count);
  count.value.catch(() => counts.delete(key));
  return count.value;
}

function refresh(count: Count, ask: () => Promise<number>): void {
  count.asking = true;
  ask()
    .then((value) => {
      count.value = Promise.resolve(value);
      count.at = Date.now();
    })
    // The older count stays until it is forgotten; the request itself reports an outage.
    .catch(() => {})
    .finally(() => {
      count.asking = false;
    });
}

/** Expressions would otherwise all read as {}, and two searches share one count. */
function regexAsText(_name: string, value: unknown): unknown {
  return value instanceof RegExp ? String(value) : value;
}
