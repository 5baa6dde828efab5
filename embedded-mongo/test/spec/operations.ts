import type { ClientSession, Collection, Db, Document, MongoClient } from 'mongodb';

type Arguments = Document & { session?: ClientSession };
type Run = (target: never, given: Arguments) => Promise<unknown>;

const rest = (given: Arguments, ...used: string[]): Document =>
  Object.fromEntries(Object.entries(given).filter(([key]) => !used.includes(key)));
const returnDocument = (options: Document): Document =>
  options.returnDocument
    ? { ...options, returnDocument: String(options.returnDocument).toLowerCase() }
    : options;

const collection: Record<string, (target: Collection, given: Arguments) => Promise<unknown>> = {
  aggregate: (target, given) => target.aggregate(given.pipeline, rest(given, 'pipeline')).toArray(),
  bulkWrite: (target, given) => target.bulkWrite(given.requests, rest(given, 'requests')),
  countDocuments: (target, given) => target.countDocuments(given.filter, rest(given, 'filter')),
  count: (target, given) => target.countDocuments(given.filter, rest(given, 'filter')),
  estimatedDocumentCount: (target, given) => target.estimatedDocumentCount(given),
  distinct: (target, given) =>
    target.distinct(given.fieldName, given.filter ?? {}, rest(given, 'fieldName', 'filter')),
  find: (target, given) => target.find(given.filter, rest(given, 'filter')).toArray(),
  findOne: (target, given) => target.findOne(given.filter, rest(given, 'filter')),
  insertOne: (target, given) => target.insertOne(given.document, rest(given, 'document')),
  insertMany: (target, given) => target.insertMany(given.documents, rest(given, 'documents')),
  updateOne: (target, given) => target.updateOne(given.filter, given.update, rest(given, 'filter', 'update')),
  updateMany: (target, given) =>
    target.updateMany(given.filter, given.update, rest(given, 'filter', 'update')),
  replaceOne: (target, given) =>
    target.replaceOne(given.filter, given.replacement, rest(given, 'filter', 'replacement')),
  deleteOne: (target, given) => target.deleteOne(given.filter, rest(given, 'filter')),
  deleteMany: (target, given) => target.deleteMany(given.filter, rest(given, 'filter')),
  findOneAndUpdate: (target, given) =>
    target.findOneAndUpdate(given.filter, given.update, returnDocument(rest(given, 'filter', 'update'))),
  findOneAndReplace: (target, given) =>
    target.findOneAndReplace(
      given.filter,
      given.replacement,
      returnDocument(rest(given, 'filter', 'replacement')),
    ),
  findOneAndDelete: (target, given) => target.findOneAndDelete(given.filter, rest(given, 'filter')),
  createIndex: (target, given) => target.createIndex(given.keys, rest(given, 'keys')),
  listIndexes: (target, given) => target.listIndexes(given).toArray(),
};

const database: Record<string, (target: Db, given: Arguments) => Promise<unknown>> = {
  aggregate: (target, given) => target.aggregate(given.pipeline, rest(given, 'pipeline')).toArray(),
  runCommand: (target, given) => target.command(given.command, rest(given, 'command', 'commandName')),
  createCollection: (target, given) => target.createCollection(given.collection, rest(given, 'collection')),
  dropCollection: (target, given) => target.dropCollection(given.collection, rest(given, 'collection')),
  modifyCollection: (target, given) =>
    target.command({ collMod: given.collection, ...rest(given, 'collection') }),
  listCollections: (target, given) =>
    target.listCollections(given.filter ?? {}, rest(given, 'filter')).toArray(),
  listCollectionNames: (target, given) =>
    target.listCollections(given.filter ?? {}, { ...rest(given, 'filter'), nameOnly: true }).toArray(),
};

const client: Record<string, (target: MongoClient, given: Arguments) => Promise<unknown>> = {
  listDatabases: (target, given) => target.db('admin').admin().listDatabases(given),
  clientBulkWrite: (target, given) => target.bulkWrite(given.models.map(model), rest(given, 'models')),
};
const model = (given: Document): never => {
  const [name] = Object.keys(given) as [string];
  return { name, ...given[name] } as never;
};

const session: Record<string, (target: ClientSession, given: Arguments) => Promise<unknown>> = {
  startTransaction: async (target, given) => target.startTransaction(given),
  commitTransaction: (target) => target.commitTransaction(),
  abortTransaction: (target) => target.abortTransaction(),
  endSession: (target) => target.endSession(),
};

const byEntity = { collection, database, client, session } as unknown as Record<string, Record<string, Run>>;

/** Runs an operation of the unified test format on an entity. Answers undefined when the runner does not know it. */
export const operation = (kind: string, name: string): Run | undefined => byEntity[kind]?.[name];
