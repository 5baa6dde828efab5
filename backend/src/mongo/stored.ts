import { type Long, MongoServerSelectionError } from 'mongodb';
import type { AnyDocument, AnyFilter } from './document.ts';
import type { Mongo } from './mongo.ts';

interface Page {
  /** Any order unless given. */
  sort?: Readonly<Record<string, 1 | -1>> | undefined;
  limit: number;
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
  { db }: Mongo,
  collection: string,
  filter: AnyFilter,
  { sort = {}, limit }: Page,
): Promise<Buffer[]> {
  try {
    // A batch that could hold one more: of one that is just full a server need not know that nothing follows.
    const batchSize = limit + 1;
    const { cursor } = (await db.command(
      { find: collection, filter, sort: new Map(Object.entries(sort)), limit, batchSize },
      { fieldsAsRaw: { firstBatch: true }, promoteLongs: false, ignoreUndefined: true },
    )) as FirstBatch;
    if (cursor.id.isZero()) return cursor.firstBatch;
    await db.command({ killCursors: collection, cursors: [cursor.id] });
  } catch (error) {
    // It was waited for long enough already.
    if (error instanceof MongoServerSelectionError) throw error;
  }
  const found = db.collection<AnyDocument>(collection).find(filter, { raw: true });
  const documents = await found.sort(sort).limit(limit).toArray();
  return documents as unknown as Buffer[];
}
