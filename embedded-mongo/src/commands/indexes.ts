import { equal, identical } from '../bson/compare.ts';
import { decodeDocument } from '../bson/decode.ts';
import { type Doc, isDoc, keysOf, toNumber, type Value } from '../bson/values.ts';
import { CommandError, typeMismatch } from '../errors.ts';
import { type IndexDefinition, parseIndex } from '../indexes/definition.ts';
import { entriesOf } from '../indexes/entries.ts';
import { sameCollation } from '../query/collation.ts';
import { type Collection, type Index, indexTable, namespaceOf } from '../storage/catalog.ts';
import { getRecord } from '../storage/records.ts';
import { duplicateKey, sameUnder } from '../storage/view.ts';
import {
  type Call,
  type Command,
  collectionForWrite,
  collectionName,
  docField,
  findCollection,
} from './command.ts';

/** Whether an index like this is there already. Errors: 85, 86 when one is in the way. */
const present = (indexes: readonly IndexDefinition[], wanted: IndexDefinition): boolean => {
  for (const index of indexes) {
    const sameKey = identicalKey(index.spec.key as Doc, wanted.spec.key as Doc);
    const comparable =
      sameKey &&
      sameCollation(index.collation, wanted.collation) &&
      equal(index.partialFilter ?? null, wanted.partialFilter ?? null);
    const sameOptions =
      comparable &&
      index.unique === wanted.unique &&
      index.sparse === wanted.sparse &&
      equal(index.expireAfter ?? null, wanted.expireAfter ?? null);
    if (index.name === wanted.name) {
      if (sameOptions) return true;
      if (comparable)
        throw new CommandError(
          85,
          `An equivalent index already exists with the same name but different options. Requested index: ${JSON.stringify(wanted.spec)}, existing index: ${JSON.stringify(index.spec)}`,
        );
      throw new CommandError(
        86,
        `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${JSON.stringify(wanted.spec)}, existing index: ${JSON.stringify(index.spec)}`,
      );
    }
    if (!comparable) continue;
    if (sameOptions) throw new CommandError(85, `Index already exists with a different name: ${index.name}`);
    throw new CommandError(
      85,
      `An equivalent index already exists with a different name and options. Requested index: ${JSON.stringify(wanted.spec)}, existing index: ${JSON.stringify(index.spec)}`,
    );
  }
  return false;
};

const identicalKey = (left: Doc, right: Doc): boolean => {
  const [a, b] = [keysOf(left), keysOf(right)];
  return (
    a.length === b.length &&
    a.every(
      (key, i) =>
        key === b[i] &&
        (toNumber(left[key]) !== undefined
          ? toNumber(left[key]) === toNumber(right[key])
          : identical(left[key], right[key])),
    )
  );
};

/** Errors: 11000 when what is stored has a key twice. */
const assertUnique =
  (call: Call, collection: Collection) =>
  (index: Index): void => {
    if (!index.unique) return;
    const { main } = call.server.store;
    for (const [key] of main.all(`SELECT key FROM ${indexTable(index)} GROUP BY key HAVING count(*) > 1`)) {
      const docs = main
        .all(`SELECT rid FROM ${indexTable(index)} WHERE key = ?`, key as Uint8Array)
        .map(([rid]) => decodeDocument(getRecord(main, collection, rid as number)!));
      for (const [i, doc] of docs.entries())
        if (docs.slice(0, i).some((other) => sameUnder(index, doc, other)))
          throw duplicateKey(collection, index, entriesOf(index, doc).values);
    }
  };

const createIndexes = (call: Call): Doc => {
  const { command, server } = call;
  const name = collectionName(call);
  if (!Array.isArray(command.indexes))
    throw typeMismatch("BSON field 'createIndexes.indexes' is the wrong type, expected type 'array'");
  if (command.indexes.length === 0) throw new CommandError(2, 'Must specify at least one index to create');
  const created = findCollection(call, name) === undefined;
  const collection = collectionForWrite(call, name);
  const wanted = (command.indexes as Value[]).map((spec) => parseIndex(spec, collection.collation));
  const numIndexesBefore = collection.indexes.length;
  const absent: IndexDefinition[] = [];
  for (const definition of wanted) {
    if (definition.name === '_id_' && collection.indexes.some((index) => index.name === '_id_')) continue;
    if (!present([...collection.indexes, ...absent], definition)) absent.push(definition);
  }
  if (numIndexesBefore + absent.length > 64)
    throw new CommandError(67, `add index fails, too many indexes for ${namespaceOf(collection)}`);
  server.store.addIndexes(collection, absent, assertUnique(call, collection));
  const reply: Doc = {
    numIndexesBefore,
    numIndexesAfter: collection.indexes.length,
    createdCollectionAutomatically: created,
  };
  if (collection.indexes.length === numIndexesBefore) reply.note = 'all indexes already exist';
  return reply;
};

const existing = (call: Call): Collection => {
  const name = collectionName(call);
  const found = findCollection(call, name);
  if (!found) throw new CommandError(26, `ns does not exist: ${call.db}.${name}`);
  if (found.view) throw new CommandError(166, `Namespace ${namespaceOf(found)} is a view, not a collection`);
  return found;
};

const dropIndexes = (call: Call): Doc => {
  const { server, command } = call;
  const name = collectionName(call);
  if (!findCollection(call, name)) throw new CommandError(26, `ns not found ${call.db}.${name}`);
  const collection = existing(call);
  const nIndexesWas = collection.indexes.length;
  const find = (wanted: Value): Index[] => {
    const found = collection.indexes.filter((index) =>
      isDoc(wanted) ? identicalKey(index.spec.key as Doc, wanted) : index.name === wanted,
    );
    if (found.length === 0)
      throw new CommandError(
        27,
        isDoc(wanted)
          ? `can't find index with key: ${JSON.stringify(wanted)}`
          : `index not found with name [${String(wanted)}]`,
      );
    if (found.some((index) => index.name === '_id_')) throw new CommandError(72, 'cannot drop _id index');
    return found;
  };
  const given = command.index;
  const all =
    given === '*'
      ? collection.indexes.filter((index) => index.name !== '_id_')
      : (Array.isArray(given) ? given : [given]).flatMap(find);
  for (const index of all) server.store.dropIndex(collection, index);
  return given === '*' ? { nIndexesWas, msg: 'non-_id indexes dropped for collection' } : { nIndexesWas };
};

const listIndexes = (call: Call): Doc => {
  const { command, server, session, db } = call;
  const collection = existing(call);
  return server.cursors.start(
    `${db}.${collection.name}`,
    collection.indexes.map((index) => index.spec),
    {
      batchSize: toNumber(docField(command, 'cursor')?.batchSize),
      session: session.session,
    },
  );
};

export const indexCommands: Record<string, Command> = {
  createIndexes: {
    handle: createIndexes,
    writes: true,
    transactional: true,
    fields: ['indexes', 'commitQuorum', 'ignoreUnknownIndexOptions'],
  },
  dropIndexes: { handle: dropIndexes, writes: true, fields: ['index'] },
  deleteIndexes: { handle: dropIndexes, writes: true, fields: ['index'] },
  listIndexes: { handle: listIndexes, fields: ['cursor', 'includeBuildUUIDs', 'includeIndexBuildInfo'] },
};
