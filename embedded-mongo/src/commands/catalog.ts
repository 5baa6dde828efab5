import { Binary, Long } from 'bson';
import { compilePipeline } from '../aggregate/stages.ts';
import { equal } from '../bson/compare.ts';
import { type Doc, isDoc, isNumeric, setField, toNumber, truthy } from '../bson/values.ts';
import { CommandError, typeMismatch } from '../errors.ts';
import { parseIndex } from '../indexes/definition.ts';
import { parseCollation } from '../query/collation.ts';
import { compileMatch } from '../query/match.ts';
import { type Collection, type Index, namespaceOf } from '../storage/catalog.ts';
import {
  assertNamespace,
  type Call,
  type Command,
  collectionName,
  docField,
  findCollection,
  flagField,
} from './command.ts';

const notFound = (call: Call, name: string) => new CommandError(26, `ns does not exist: ${call.db}.${name}`);
const required = (call: Call): Collection => {
  const name = collectionName(call);
  const found = findCollection(call, name);
  if (!found) throw notFound(call, name);
  return found;
};

const createOptions = [
  'capped',
  'size',
  'max',
  'validator',
  'validationLevel',
  'validationAction',
  'viewOn',
  'pipeline',
  'collation',
  'expireAfterSeconds',
  'timeseries',
  'clusteredIndex',
  'changeStreamPreAndPostImages',
  'encryptedFields',
  'indexOptionDefaults',
  'storageEngine',
  'autoIndexId',
  'idIndex',
];

/** Makes what `create` asks for, as a collection of this UUID if one is given. Errors: 14, 48, 72, 73. */
export const createCollection = (call: Call, uuid?: Buffer): Doc => {
  const { command, server, db } = call;
  const name = collectionName(call);
  if (name.startsWith('system.') && name !== 'system.js')
    throw new CommandError(73, `Invalid system namespace: ${db}.${name}`);
  for (const option of ['timeseries', 'clusteredIndex', 'encryptedFields', 'changeStreamPreAndPostImages'])
    if (command[option] !== undefined)
      throw new CommandError(72, `The option '${option}' is not supported by embedded-mongo`);
  const options: Doc = {};
  for (const key of createOptions)
    if (
      command[key] !== undefined &&
      !['autoIndexId', 'idIndex', 'indexOptionDefaults', 'storageEngine'].includes(key)
    )
      options[key] = command[key];
  if (truthy(options.capped)) {
    const size = toNumber(options.size);
    if (size === undefined) throw new CommandError(72, "the 'size' field is required when 'capped' is true");
    if (size < 1) throw new CommandError(72, 'invalid size for a capped collection');
  } else if (options.size !== undefined || options.max !== undefined)
    throw new CommandError(
      72,
      "the 'capped' field needs to be true when either the 'size' or 'max' fields are present",
    );
  if (options.viewOn !== undefined) {
    if (typeof options.viewOn !== 'string')
      throw typeMismatch("BSON field 'create.viewOn' is the wrong type, expected type 'string'");
    if (options.pipeline !== undefined && !Array.isArray(options.pipeline))
      throw typeMismatch("BSON field 'create.pipeline' is the wrong type, expected type 'array'");
    options.pipeline ??= [];
    compilePipeline(options.pipeline as Doc[], { read: () => [] });
  } else if (options.pipeline !== undefined)
    throw new CommandError(72, "'pipeline' cannot be specified without 'viewOn'");
  const collation = parseCollation(options.collation);
  if (collation) options.collation = collation.spec;
  else delete options.collation;
  if (options.validator !== undefined) {
    if (!isDoc(options.validator))
      throw typeMismatch("BSON field 'create.validator' is the wrong type, expected type 'object'");
    compileMatch(options.validator);
    options.validationLevel ??= 'strict';
    options.validationAction ??= 'error';
  }
  const existing = findCollection(call, name);
  if (existing) {
    if (equal(existing.options, options)) return {};
    throw new CommandError(
      48,
      existing.view
        ? `a view '${namespaceOf(existing)}' already exists`
        : `Collection ${namespaceOf(existing)} already exists.`,
    );
  }
  server.store.create(db, name, options, { uuid });
  return {};
};

const drop = (call: Call): Doc => {
  const name = collectionName(call);
  const found = findCollection(call, name);
  // Since 7.0, dropping what does not exist is no error.
  if (!found) return {};
  call.server.store.drop(found);
  return { nIndexesWas: found.indexes.length, ns: namespaceOf(found) };
};

const dropDatabase = (call: Call): Doc => {
  const { server, db } = call;
  const all = server.store.inDatabase(db);
  server.store.write(() => {
    for (const collection of all) server.store.drop(collection);
    if (all.length > 0) server.oplog?.databaseDropped(db);
  });
  return { dropped: db };
};

const described = (collection: Collection, nameOnly: boolean): Doc => {
  const type = collection.view ? 'view' : 'collection';
  if (nameOnly) return { name: collection.name, type };
  const info: Doc = { readOnly: collection.view !== undefined };
  if (!collection.view) info.uuid = new Binary(collection.uuid, 4);
  const doc: Doc = { name: collection.name, type, options: collection.options, info };
  const [first] = collection.indexes;
  if (first?.name === '_id_') doc.idIndex = first.spec;
  return doc;
};

const listCollections = (call: Call): Doc => {
  const { command, server, db, session } = call;
  const filter = docField(command, 'filter', 'listCollections') ?? {};
  const { test } = compileMatch(filter);
  const nameOnly = flagField(command, 'nameOnly');
  // Tools ask for one of thousands by its name, again and again.
  const { name } = filter;
  const candidates =
    typeof name === 'string' ? [server.store.find(db, name) ?? []].flat() : server.store.inDatabase(db);
  const all = candidates
    .filter((collection) => test(described(collection, false)))
    .map((collection) => described(collection, nameOnly));
  return server.cursors.start(`${db}.$cmd.listCollections`, all, {
    batchSize: toNumber(docField(command, 'cursor')?.batchSize),
    session: session.session,
  });
};

const listDatabases = (call: Call): Doc => {
  const { command, server } = call;
  const { test } = compileMatch(docField(command, 'filter', 'listDatabases') ?? {});
  const all = server.store
    .databases()
    .map((name) => {
      const collections = server.store.inDatabase(name);
      const bytes = collections.reduce((sum, collection) => sum + collection.bytes, 0);
      return {
        name,
        sizeOnDisk: Long.fromNumber(Math.max(bytes, 4096)),
        empty: collections.every((collection) => collection.count === 0),
      };
    })
    .filter((database) => test(database));
  if (flagField(command, 'nameOnly')) return { databases: all.map(({ name }) => ({ name })) };
  const totalSize = all.reduce((sum, database) => sum + database.sizeOnDisk.toNumber(), 0);
  return {
    databases: all,
    totalSize: Long.fromNumber(totalSize),
    totalSizeMb: Long.fromNumber(Math.floor(totalSize / 1048576)),
  };
};

const renameCollection = (call: Call): Doc => {
  const { command, server } = call;
  const [from, to] = [command.renameCollection, command.to].map((value) => {
    if (typeof value !== 'string')
      throw typeMismatch("BSON field 'renameCollection.to' is the wrong type, expected type 'string'");
    const [db, ...rest] = value.split('.') as [string, ...string[]];
    assertNamespace(db, rest.join('.'));
    return { db, name: rest.join('.') };
  }) as [{ db: string; name: string }, { db: string; name: string }];
  const source = server.store.find(from.db, from.name);
  if (!source) throw new CommandError(26, `Source collection ${from.db}.${from.name} does not exist`);
  if (source.view)
    throw new CommandError(166, `Namespace ${namespaceOf(source)} is a view, not a collection`);
  if (from.db === to.db && from.name === to.name)
    throw new CommandError(20, "Can't rename a collection to itself");
  const target = server.store.find(to.db, to.name);
  if (target && !flagField(command, 'dropTarget')) throw new CommandError(48, 'target namespace exists');
  server.store.rename(source, to.db, to.name, target);
  return {};
};

const collModFields = [
  'index',
  'validator',
  'validationLevel',
  'validationAction',
  'viewOn',
  'pipeline',
  'cappedSize',
  'cappedMax',
  'expireAfterSeconds',
  'changeStreamPreAndPostImages',
  'dryRun',
];

const collMod = (call: Call): Doc => {
  const { command, server } = call;
  const collection = required(call);
  const options: Doc = { ...collection.options };
  const reply: Doc = {};
  for (const key of ['validator', 'validationLevel', 'validationAction', 'viewOn', 'pipeline'] as const) {
    const value = command[key];
    if (value === undefined) continue;
    if (key === 'validator') {
      if (!isDoc(value))
        throw typeMismatch("BSON field 'collMod.validator' is the wrong type, expected type 'object'");
      compileMatch(value);
      options.validationLevel ??= 'strict';
      options.validationAction ??= 'error';
    }
    if (key === 'validationLevel' && !['off', 'strict', 'moderate'].includes(value as string))
      throw new CommandError(
        2,
        `Enumeration value '${String(value)}' for field 'collMod.validationLevel' is not a valid value.`,
      );
    if (key === 'validationAction' && !['error', 'warn', 'errorAndLog'].includes(value as string))
      throw new CommandError(
        2,
        `Enumeration value '${String(value)}' for field 'collMod.validationAction' is not a valid value.`,
      );
    if ((key === 'viewOn' || key === 'pipeline') && !collection.view)
      throw new CommandError(72, "'viewOn' and 'pipeline' are only for views");
    options[key] = value;
  }
  for (const [key, option] of [
    ['cappedSize', 'size'],
    ['cappedMax', 'max'],
  ] as const)
    if (command[key] !== undefined) {
      if (!collection.capped) throw new CommandError(72, `Collection must be capped.`);
      options[option] = command[key];
    }
  const change = docField(command, 'index', 'collMod');
  if (collection.oplog) throw new CommandError(73, `cannot write to ${namespaceOf(collection)}`);
  server.store.write(() => {
    const { options: old } = collection;
    server.store.setOptions(collection, options);
    const index = change && modifyIndex(call, collection, change, reply);
    server.oplog?.modified(collection, ...modification(call, collection, old, index?.name, reply));
  });
  return reply;
};

/** What the oplog tells of a `collMod`: the command, its index by name, and what was before. */
const modification = (
  { command }: Call,
  collection: Collection,
  options: Doc,
  name: string | undefined,
  reply: Doc,
): [command: Doc, before: Doc] => {
  const told: Doc = {};
  for (const key of collModFields) if (command[key] !== undefined) told[key] = command[key];
  const before: Doc = { collectionOptions_old: { uuid: new Binary(collection.uuid, 4), ...options } };
  if (name !== undefined) {
    const { expireAfterSeconds, hidden } = command.index as Doc;
    told.index = {
      name,
      ...(expireAfterSeconds === undefined ? {} : { expireAfterSeconds }),
      ...(hidden === undefined ? {} : { hidden }),
    };
    const was: Doc = {};
    if (reply.expireAfterSeconds_old !== undefined) was.expireAfterSeconds = reply.expireAfterSeconds_old;
    if (reply.hidden_old !== undefined) was.hidden = reply.hidden_old;
    before.indexOptions_old = was;
  }
  return [told, before];
};

const modifyIndex = (call: Call, collection: Collection, change: Doc, reply: Doc): Index => {
  const { store } = call.server;
  const index = collection.indexes.find((one) =>
    change.name !== undefined ? one.name === change.name : equal(one.spec.key, change.keyPattern),
  );
  if (!index)
    throw new CommandError(
      27,
      `cannot find index ${String(change.name ?? JSON.stringify(change.keyPattern))} for ns ${namespaceOf(collection)}`,
    );
  const spec: Doc = { ...index.spec };
  if (change.expireAfterSeconds !== undefined) {
    if (!isNumeric(change.expireAfterSeconds))
      throw new CommandError(72, 'expireAfterSeconds field must be a number');
    reply.expireAfterSeconds_old = spec.expireAfterSeconds;
    reply.expireAfterSeconds_new = change.expireAfterSeconds;
    spec.expireAfterSeconds = change.expireAfterSeconds;
  }
  if (change.hidden !== undefined) {
    if (index.name === '_id_') throw new CommandError(2, "can't hide _id index");
    reply.hidden_old = index.hidden;
    reply.hidden_new = truthy(change.hidden);
    if (truthy(change.hidden)) spec.hidden = true;
    else delete spec.hidden;
  }
  if (change.unique === true || change.prepareUnique !== undefined)
    throw new CommandError(72, 'converting an index to unique is not supported by embedded-mongo');
  store.redefineIndex(collection, index, parseIndex(spec));
  return index;
};

const scaled = (command: Doc): number => {
  const scale = command.scale === undefined ? 1 : toNumber(command.scale);
  if (scale === undefined || scale < 1)
    throw new CommandError(
      51024,
      `BSON field 'scale' value must be >= 1, actual value '${String(command.scale)}'`,
    );
  return scale;
};

const sizes = (
  collections: Collection[],
  scale: number,
): { size: number; storageSize: number; indexSize: number; indexSizes: Doc } => {
  const size = collections.reduce((sum, collection) => sum + collection.bytes, 0);
  const indexSizes: Doc = {};
  let indexSize = 0;
  for (const collection of collections)
    for (const index of collection.indexes) {
      // An estimate: a key is about as long as its id and 16 bytes for each field.
      const bytes = Math.max(4096, collection.count * (10 + 16 * index.fields.length));
      setField(indexSizes, index.name, Math.floor(bytes / scale));
      indexSize += bytes;
    }
  return {
    size: Math.floor(size / scale),
    storageSize: Math.floor(Math.max(4096 * collections.length, size) / scale),
    indexSize: Math.floor(indexSize / scale),
    indexSizes,
  };
};

const collStats = (call: Call): Doc => {
  const name = collectionName(call);
  const collection = findCollection(call, name);
  const scale = scaled(call.command);
  if (collection?.view)
    throw new CommandError(166, `Namespace ${namespaceOf(collection)} is a view, not a collection`);
  const count = collection?.count ?? 0;
  const { size, storageSize, indexSize, indexSizes } = sizes(collection ? [collection] : [], scale);
  const reply: Doc = {
    ns: `${call.db}.${name}`,
    size,
    count,
    numOrphanDocs: 0,
    storageSize,
    freeStorageSize: 0,
    totalIndexSize: indexSize,
    totalSize: storageSize + indexSize,
    indexSizes,
    capped: collection?.capped !== undefined,
    nindexes: collection?.indexes.length ?? 0,
    indexBuilds: [],
    scaleFactor: scale,
  };
  if (count > 0) reply.avgObjSize = Math.round(collection!.bytes / count);
  if (collection?.capped) {
    reply.max = Number.isFinite(collection.capped.max) ? collection.capped.max : 0;
    reply.maxSize = Math.floor(collection.capped.size / scale);
  }
  return reply;
};

const dbStats = (call: Call): Doc => {
  const all = call.server.store.inDatabase(call.db);
  const stored = all.filter((collection) => !collection.view);
  const scale = scaled(call.command);
  const objects = stored.reduce((sum, collection) => sum + collection.count, 0);
  const { size, storageSize, indexSize } = sizes(stored, scale);
  return {
    db: call.db,
    collections: Long.fromNumber(stored.length),
    views: Long.fromNumber(all.length - stored.length),
    objects: Long.fromNumber(objects),
    avgObjSize: objects ? (size * scale) / objects : 0,
    dataSize: size,
    storageSize,
    indexes: Long.fromNumber(stored.reduce((sum, collection) => sum + collection.indexes.length, 0)),
    indexSize,
    totalSize: storageSize + indexSize,
    scaleFactor: Long.fromNumber(scale),
  };
};

export const catalogCommands: Record<string, Command> = {
  create: {
    handle: (call) => createCollection(call),
    writes: true,
    transactional: true,
    fields: createOptions,
  },
  drop: { handle: drop, writes: true, fields: [] },
  dropDatabase: { handle: dropDatabase, writes: true, fields: [] },
  listCollections: {
    handle: listCollections,
    fields: ['filter', 'nameOnly', 'authorizedCollections', 'cursor'],
  },
  listDatabases: {
    handle: listDatabases,
    adminOnly: true,
    fields: ['filter', 'nameOnly', 'authorizedDatabases'],
  },
  renameCollection: {
    handle: renameCollection,
    writes: true,
    adminOnly: true,
    fields: ['to', 'dropTarget', 'stayTemp'],
  },
  collMod: {
    handle: collMod,
    writes: true,
    fields: collModFields,
  },
  collStats: { handle: collStats, fields: ['scale'] },
  collstats: { handle: collStats, fields: ['scale'] },
  dbStats: { handle: dbStats, fields: ['scale', 'freeStorage'] },
  dbstats: { handle: dbStats, fields: ['scale', 'freeStorage'] },
};
