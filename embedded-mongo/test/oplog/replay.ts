import { BSON, type Document, type MongoClient } from 'mongodb';

/** Values as they are, so that what is sent on is what was read. */
const exactly = { promoteValues: false, promoteLongs: false, bsonRegExp: true } as const;

/** The whole oplog of a server, oldest first. */
export const history = (client: MongoClient): Promise<Document[]> =>
  client.db('local').collection('oplog.rs', exactly).find().toArray();

const withoutIds = ({ ui: _ui, ...operation }: Document): Document =>
  operation.op === 'c' && Array.isArray(operation.o.applyOps)
    ? { ...operation, o: { applyOps: operation.o.applyOps.map(withoutIds) } }
    : operation;

/**
 * Applies a history to a server as mongorestore does: entry by entry through `applyOps`, without the UUIDs; the parts of a
 * long transaction put together; indexes by `createIndexes`, which `applyOps` refuses. What is sent to
 * `applyOps` is sent so many times.
 */
export const replay = async (entries: readonly Document[], client: MongoClient, times = 1): Promise<void> => {
  let parts: Document[] = [];
  for (const entry of entries) {
    const { op, ns, o } = entry;
    const db = client.db(String(ns).split('.')[0] || 'admin');
    const [name] = Object.keys(o) as [string];
    if (op === 'n' || (op === 'c' && name === 'startIndexBuild')) continue;
    if (op === 'c' && name === 'commitIndexBuild') {
      await db.command({ createIndexes: o[name], indexes: o.indexes });
      continue;
    }
    if (op === 'c' && name === 'createIndexes') {
      const { createIndexes, ...index } = o;
      await db.command({ createIndexes, indexes: [index] });
      continue;
    }
    if (op === 'c' && name === 'applyOps') {
      parts.push(...o.applyOps.map(withoutIds));
      if (!o.partialTxn) {
        for (let time = 0; time < times; time++) await client.db('admin').command({ applyOps: parts });
        parts = [];
      }
      continue;
    }
    for (let time = 0; time < times; time++)
      await client.db('admin').command({ applyOps: [withoutIds(entry)] });
  }
};

/** Everything in a database: documents by their bytes, indexes and options. */
export const picture = async (client: MongoClient, name: string): Promise<Document> => {
  const db = client.db(name);
  const result: Document = {};
  const collections: Document[] = await db.listCollections().toArray();
  collections.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, type, options } of collections) {
    const documents: unknown[] = await db.collection(name).find({}, { raw: true }).toArray();
    const bytes = documents.map((document) => Buffer.from(document as Uint8Array).toString('hex')).sort();
    const indexes =
      type === 'view'
        ? []
        : (await db.collection(name).indexes()).map((index) => BSON.EJSON.stringify(index)).sort();
    result[name] = { type, options, bytes, indexes };
  }
  return result;
};
