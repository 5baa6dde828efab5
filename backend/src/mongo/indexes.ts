import { type Db, type IndexDescription, MongoServerError } from 'mongodb';

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

/** Those that are not there, as `collection.name`. */
export async function missingIndexes(db: Db, ...all: readonly Indexes[]): Promise<string[]> {
  const collections = all.flatMap((indexes) => Object.entries(indexes));
  const missing = await Promise.all(
    collections.map(async ([collection, descriptions]) => {
      const there = new Set(await namesIn(db, collection));
      return descriptions
        .map(nameOf)
        .filter((name) => !there.has(name))
        .map((name) => `${collection}.${name}`);
    }),
  );
  return missing.flat();
}

async function namesIn(db: Db, collection: string): Promise<string[]> {
  try {
    return (await db.collection(collection).indexes()).flatMap(({ name }) => name ?? []);
  } catch (error) {
    if (error instanceof MongoServerError && error.codeName === 'NamespaceNotFound') return [];
    throw error;
  }
}

/** The name that the driver gives an index without one: https://www.mongodb.com/docs/manual/core/indexes/index-types/ */
const nameOf = ({ name, key }: IndexDescription): string =>
  name ?? [...(key instanceof Map ? key : Object.entries(key))].flat().join('_');
