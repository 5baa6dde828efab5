import type { Db, IndexDescription } from 'mongodb';

/** Indexes by collection. Each noun declares its own; the release task creates them all. */
export type Indexes = Record<string, readonly IndexDescription[]>;

/** Creates what is missing; repeating it changes nothing. Returns how many collections it looked after. */
export async function createIndexes(db: Db, ...all: readonly Indexes[]): Promise<number> {
  let collections = 0;
  for (const indexes of all)
    for (const [name, descriptions] of Object.entries(indexes)) {
      await db.collection(name).createIndexes([...descriptions]);
      collections += 1;
    }
  return collections;
}
