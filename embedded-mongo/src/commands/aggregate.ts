import { decodeDocument } from '../bson/decode.ts';
import { encode } from '../bson/encode.ts';
import { type Doc, isDoc, keysOf, toNumber, type Value } from '../bson/values.ts';
import type { Output } from '../cursors.ts';
import { CommandError, typeMismatch } from '../errors.ts';
import { parseIndex } from '../indexes/definition.ts';
import type { Collection } from '../storage/catalog.ts';
import { namespaceOf } from '../storage/catalog.ts';
import { findRecords } from '../storage/view.ts';
import {
  assertNamespace,
  type Call,
  type Command,
  collationOf,
  collectionForWrite,
  docField,
  findCollection,
  flagField,
  letOf,
} from './command.ts';
import { explainAggregate } from './explain.ts';
import { runPipeline, storedDocuments, variablesOf } from './read.ts';
import { insertDocument, updateDocuments } from './write.ts';

/** Writes the result of a pipeline somewhere; nothing of it goes to the client. */
const out = (call: Call, target: Value, docs: Doc[]): void => {
  const { db, coll } =
    typeof target === 'string'
      ? { db: call.db, coll: target }
      : ((isDoc(target) ? target : {}) as { db?: string; coll?: string });
  if (typeof coll !== 'string' || typeof db !== 'string')
    throw new CommandError(16990, '$out only supports a string or object argument');
  assertNamespace(db, coll);
  const { store } = call.server;
  const before = store.find(db, coll);
  if (before?.view) throw new CommandError(166, `Namespace ${db}.${coll} is a view, not a collection`);
  if (before?.capped)
    throw new CommandError(17152, `namespace '${db}.${coll}' is capped so it can't be used for $out`);
  const options = before?.options ?? {};
  const indexes = before?.indexes.filter((index) => index.name !== '_id_') ?? [];
  if (before) store.drop(before);
  const collection = store.create(db, coll, options);
  for (const doc of docs) insertDocument(call.view, collection, doc);
  store.addIndexes(
    collection,
    indexes.map(({ spec }) => parseIndex(spec, collection.collation)),
  );
};

interface Merge {
  readonly collection: Collection;
  readonly on: readonly string[];
  readonly matched: Value;
  readonly notMatched: string;
  readonly variables: Doc | undefined;
}

const parseMerge = (call: Call, spec: Value): Merge => {
  const options: Doc = typeof spec === 'string' ? { into: spec } : isDoc(spec) ? spec : {};
  for (const key of keysOf(options))
    if (!['into', 'on', 'let', 'whenMatched', 'whenNotMatched'].includes(key))
      throw new CommandError(40415, `BSON field '$merge.${key}' is an unknown field.`);
  const into = options.into;
  const { db = call.db, coll } =
    typeof into === 'string' ? { coll: into } : ((isDoc(into) ? into : {}) as { db?: string; coll?: string });
  if (typeof coll !== 'string') throw new CommandError(51178, "$merge 'into' field must specify a 'coll'");
  assertNamespace(db, coll);
  const matched = options.whenMatched ?? 'merge';
  const notMatched = options.whenNotMatched ?? 'insert';
  if (!Array.isArray(matched) && !['replace', 'keepExisting', 'merge', 'fail'].includes(matched as string))
    throw new CommandError(
      2,
      `Enumeration value '${String(matched)}' for field 'whenMatched' is not a valid value.`,
    );
  if (!['insert', 'discard', 'fail'].includes(notMatched as string))
    throw new CommandError(
      2,
      `Enumeration value '${String(notMatched)}' for field '$merge.whenNotMatched' is not a valid value.`,
    );
  const on =
    options.on === undefined
      ? ['_id']
      : Array.isArray(options.on)
        ? (options.on as string[])
        : [options.on as string];
  const collection = collectionForWrite({ ...call, db }, coll);
  const unique = collection.indexes.some(
    (index) =>
      index.unique &&
      !index.partial &&
      index.fields.length === on.length &&
      index.fields.every((field) => on.includes(field.path)),
  );
  if (!unique) throw new CommandError(51183, `Cannot find index to verify that join fields will be unique`);
  return { collection, on, matched, notMatched: notMatched as string, variables: docField(options, 'let') };
};

const merge = (call: Call, { collection, on, matched, notMatched, variables }: Merge, docs: Doc[]): void => {
  const { view } = call;
  for (const doc of docs) {
    const filter = Object.fromEntries(
      on.map((path) => [
        path,
        path.split('.').reduce<Value>((value, part) => (isDoc(value) ? value[part] : undefined), doc) ?? null,
      ]),
    );
    const [found] = [...findRecords(view, collection, { filter, limit: 1 })];
    if (!found) {
      if (notMatched === 'fail')
        throw new CommandError(
          13113,
          '$merge could not find a matching document in the target collection for at least one document in the source collection',
        );
      if (notMatched === 'insert') insertDocument(view, collection, doc);
      continue;
    }
    if (matched === 'keepExisting') continue;
    if (matched === 'fail')
      throw new CommandError(
        11000,
        `E11000 duplicate key error collection: ${namespaceOf(collection)} index: _id_ dup key: { _id: ${String(doc._id)} }`,
        { extra: { keyPattern: { _id: 1 }, keyValue: { _id: doc._id } } },
      );
    const { _id, ...rest } = doc;
    const update = Array.isArray(matched) ? matched : matched === 'replace' ? doc : { $set: rest };
    if (!Array.isArray(matched) && matched !== 'replace' && keysOf(rest).length === 0) continue;
    updateDocuments(view, collection, () => collection, {
      filter: { _id: found.doc._id },
      update,
      multi: false,
      upsert: false,
      collation: undefined,
      constants: Array.isArray(matched) ? { new: doc, ...variablesOf(variables) } : undefined,
    });
  }
};

/** Documents as they were when the pipeline ran, so that writing them does not change what is read. */
const gathered = (output: Iterable<Output>): Doc[] =>
  [...output].map((doc) => decodeDocument(encode(doc as Doc)));

const internal = (
  call: Call,
  name: string | undefined,
  pipeline: readonly Doc[],
): Iterable<Doc> | undefined => {
  const stage = isDoc(pipeline[0]) ? keysOf(pipeline[0])[0] : undefined;
  switch (stage) {
    case '$indexStats': {
      const collection = name === undefined ? undefined : findCollection(call, name);
      return (collection?.indexes ?? []).map((index) => ({
        name: index.name,
        key: index.spec.key,
        host: call.connection.address,
        accesses: { ops: 0n, since: new Date(call.server.startedAt) },
        spec: index.spec,
      }));
    }
    case '$collStats': {
      const collection = name === undefined ? undefined : findCollection(call, name);
      if (!collection) throw new CommandError(26, `Collection [${call.db}.${name}] not found`);
      return [
        {
          ns: namespaceOf(collection),
          host: call.connection.address,
          localTime: new Date(),
          storageStats: {
            size: collection.bytes,
            count: collection.count,
            avgObjSize: collection.count ? Math.round(collection.bytes / collection.count) : 0,
            storageSize: collection.bytes,
            nindexes: collection.indexes.length,
          },
          count: collection.count,
        },
      ];
    }
    case '$listLocalSessions':
      return call.server.sessions.list();
    case '$currentOp':
      return [];
    case '$changeStream':
      throw new CommandError(40573, 'The $changeStream stage is only supported on replica sets');
    default:
      return undefined;
  }
};

const aggregate = (call: Call): Doc => {
  const { command, server, db, session } = call;
  server.counters.command++;
  const target = command.aggregate;
  if (typeof target !== 'string' && target !== 1)
    throw new CommandError(
      9,
      "Invalid command format: the 'aggregate' field must specify a collection name or 1",
    );
  const name = typeof target === 'string' ? target : undefined;
  if (name !== undefined) assertNamespace(db, name);
  if (!Array.isArray(command.pipeline)) throw typeMismatch("'pipeline' option must be specified as an array");
  const pipeline = command.pipeline as Doc[];
  for (const stage of pipeline)
    if (!isDoc(stage)) throw typeMismatch("Each element of the 'pipeline' array must be an object");
  const collection = name === undefined ? undefined : findCollection(call, name);
  const settings = {
    collation: collationOf(command.collation, collection),
    variables: variablesOf(letOf(command)),
    hint: command.hint,
  };
  if (flagField(command, 'explain')) return explainAggregate(call, name, pipeline, settings);
  const cursor = docField(command, 'cursor', 'aggregate');
  if (!cursor) throw failedCursor();
  const batchSize = toNumber(cursor.batchSize);
  if (batchSize !== undefined && batchSize < 0)
    throw new CommandError(
      51024,
      `BSON field 'cursor.batchSize' value must be >= 0, actual value '${batchSize}'`,
    );
  const namespace = name === undefined ? `${db}.$cmd.aggregate` : `${db}.${name}`;
  const start = (output: Iterable<Output>) =>
    server.cursors.start(namespace, output, { batchSize, session: session.session });
  const last = pipeline.at(-1);
  const special = internal(call, name, pipeline);
  const writing = last !== undefined && ('$out' in last || '$merge' in last);
  const reading = writing ? pipeline.slice(0, -1) : pipeline;
  const read = () =>
    special ? runOver(call, special, reading.slice(1), settings) : runPipeline(call, name, reading, settings);
  if (!special && name === undefined && !(pipeline[0] && '$documents' in pipeline[0]))
    throw new CommandError(
      73,
      `{aggregate: 1} is not valid for '${isDoc(pipeline[0]) ? keysOf(pipeline[0])[0] : ''}'; a collection is required.`,
    );
  if (writing) {
    if (isDoc(command.readConcern) && command.readConcern.level === 'linearizable')
      throw new CommandError(
        72,
        `${keysOf(last)[0]} cannot be used with a 'linearizable' read concern level`,
      );
    if (session.inTransaction)
      throw new CommandError(
        263,
        `Operation not permitted in transaction :: caused by :: ${keysOf(last)[0]} cannot be used in a transaction`,
      );
    const docs = gathered(read());
    server.store.write(() =>
      '$out' in last ? out(call, last.$out, docs) : merge(call, parseMerge(call, last.$merge), docs),
    );
    return start([]);
  }
  const stored = special || name === undefined ? undefined : storedDocuments(call, name, pipeline, settings);
  return start(stored ?? read());
};

const failedCursor = () =>
  new CommandError(9, "The 'cursor' option is required, except for aggregate with the explain argument");
const runOver = (
  call: Call,
  docs: Iterable<Doc>,
  pipeline: readonly Doc[],
  settings: Parameters<typeof runPipeline>[3],
): Iterable<Output> =>
  pipeline.length === 0
    ? docs
    : runPipeline(call, undefined, [{ $documents: { $literal: [...docs] } }, ...pipeline], settings);

export const aggregateCommands: Record<string, Command> = {
  aggregate: {
    handle: aggregate,
    transactional: true,
    fields: [
      'pipeline',
      'explain',
      'allowDiskUse',
      'cursor',
      'bypassDocumentValidation',
      'bypassEmptyTsReplacement',
      'collation',
      'hint',
      'let',
      'fromMongos',
      'needsMerge',
    ],
  },
};
