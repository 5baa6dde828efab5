import type { Collection, Document, Filter } from 'mongodb';
import { z } from 'zod';
import type { AnyFilter } from '../mongo/document.ts';
import { afterCursor, cursorAfter, mongoSort, orderOf } from './cursor.ts';

export const totalCap = 10_000;
const countTtlMs = 5000;

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

/** Reads one page and the (capped) total. Totals may be up to 5 s old: counting is the dearer half of a list. */
export async function listPage<T extends Document>(
  collection: Collection<T>,
  { filter, sort, limit, cursor }: ListRequest,
) {
  const order = orderOf(sort);
  const after = cursor === undefined ? filter : { $and: [filter, afterCursor(order, cursor)] };
  const [documents, count] = await Promise.all([
    collection
      .find(after as Filter<T>)
      .sort(mongoSort(order))
      .limit(limit + 1)
      .toArray(),
    cappedCount(collection, filter as Filter<T>),
  ]);
  const more = documents.length > limit;
  const page = more ? documents.slice(0, limit) : documents;
  return {
    documents: page,
    page: {
      nextCursor: more ? cursorAfter(order, page.at(-1)!) : null,
      total: Math.min(count, totalCap),
      totalCapped: count > totalCap,
    },
  };
}

const counts = new Map<string, { at: number; count: Promise<number> }>();

/** Counts up to one past the cap. The policy is part of the filter, so nobody is told another's count. */
async function cappedCount<T extends Document>(
  collection: Collection<T>,
  filter: Filter<T>,
): Promise<number> {
  const key = `${collection.namespace} ${JSON.stringify(filter)}`;
  const known = counts.get(key);
  if (known && Date.now() - known.at < countTtlMs) return known.count;
  if (counts.size > 1000) counts.clear();
  const count = collection.countDocuments(filter, { limit: totalCap + 1 });
  counts.set(key, { at: Date.now(), count });
  count.catch(() => counts.delete(key));
  return count;
}
