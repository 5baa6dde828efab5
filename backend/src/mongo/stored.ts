import { type Document, type Long, MongoServerSelectionError } from 'mongodb';
import type { AnyDocument, AnyFilter } from './document.ts';
import type { Mongo } from './mongo.ts';

interface Page {
  /** Any order unless given. */
  sort?: Readonly<Record<string, 1 | -1>> | undefined;
  limit: number;
}

/** A page in an order, of those that match. */
export interface StoredPage extends Required<Page> {
  filter: AnyFilter;
}

interface FirstBatch {
  cursor: { id: Long; firstBatch: Buffer[] };
}

/**
 * The stored bytes of the documents that match. `find` with `raw` gives the same, but reads through all fields of each
 * document to do so, which is most of what a long list costs. What `find` does when a connection breaks or an answer
 * does not fit in one batch is left to it.
 */
export async function storedBytes(
  mongo: Mongo,
  collection: string,
  filter: AnyFilter,
  { sort = {}, limit }: Page,
): Promise<Buffer[]> {
  // A batch that could hold one more: of one that is just full a server need not know that nothing follows.
  const batchSize = limit + 1;
  const all = await firstBatch(mongo, collection, {
    find: collection,
    filter,
    sort: new Map(Object.entries(sort)),
    limit,
    batchSize,
  });
  if (all) return all;
  const found = mongo.db.collection<AnyDocument>(collection).find(filter, { raw: true });
  const documents = await found.sort(sort).limit(limit).toArray();
  return documents as unknown as Buffer[];
}

/**
 * Several pages of a collection, one after another, by one question to the database: a question for each would cost more than reading
 * what is found. What does not fit in one answer is asked for page by page.
 */
export async function storedBytesOf(
  mongo: Mongo,
  collection: string,
  pages: readonly StoredPage[],
): Promise<Buffer[]> {
  const [first, ...others] = pages.map(({ filter, sort, limit }) => [
    { $match: filter },
    { $sort: new Map(Object.entries(sort)) },
    { $limit: limit },
  ]);
  if (first === undefined) return [];
  const pipeline = [
    ...first,
    ...others.map((other) => ({ $unionWith: { coll: collection, pipeline: other } })),
  ];
  const batchSize = pages.reduce((sum, { limit }) => sum + limit, 1);
  const found = await firstBatch(mongo, collection, {
    aggregate: collection,
    pipeline,
    cursor: { batchSize },
  });
  if (found) return found;
  const each = pages.map(({ filter, ...page }) => storedBytes(mongo, collection, filter, page));
  return (await Promise.all(each)).flat();
}

/** What a command finds, where all of it comes in one answer; undefined where it does not, or where the connection broke. */
async function firstBatch(
  { db }: Mongo,
  collection: string,
  command: Document,
): Promise<Buffer[] | undefined> {
  try {
    const { cursor } = (await db.command(command, {
      fieldsAsRaw: { firstBatch: true },
      promoteLongs: false,
      ignoreUndefined: true,
    })) as FirstBatch;
    if (cursor.id.isZero()) return cursor.firstBatch;
    await db.command({ killCursors: collection, cursors: [cursor.id] });
  } catch (error) {
    // It was waited for long enough already.
    if (error instanceof MongoServerSelectionError) throw error;
  }
  return undefined;
}
