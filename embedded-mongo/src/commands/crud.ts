import { type Doc, isDoc, keysOf, toNumber, type Value } from '../bson/values.ts';
import { CommandError, failedToParse, typeMismatch } from '../errors.ts';
import type { Oplog } from '../oplog/oplog.ts';
import { compileMatch } from '../query/match.ts';
import { compileProjection } from '../query/projection.ts';
import type { Collection } from '../storage/catalog.ts';
import type { Found } from '../storage/view.ts';
import {
  type Call,
  type Command,
  collationOf,
  collectionForWrite,
  collectionName,
  docField,
  findCollection,
  flagField,
  letOf,
} from './command.ts';
import { variablesOf } from './read.ts';
import { type DeleteRequest, deleteDocuments, insertDocument, updateDocuments } from './write.ts';

/** MongoDB's `maxWriteBatchSize`. */
export const maxWriteBatch = 100_000;

/** The failure of one statement in a batch, as it stands in `writeErrors`. */
const writeError = (index: number, error: CommandError): Doc => ({
  index,
  code: error.code,
  ...error.extra,
  errmsg: error.message,
});

/**
 * Runs the statements of a batch. An ordered one stops at its first failure; failures that concern the whole command
 * (a write conflict, a transaction in the way) are thrown.
 */
export const runBatch = (
  oplog: Oplog | undefined,
  statements: readonly Doc[],
  ordered: boolean,
  run: (statement: Doc, index: number) => void,
): Doc[] => {
  const errors: Doc[] = [];
  for (const [index, statement] of statements.entries()) {
    oplog?.at(index);
    try {
      run(statement, index);
    } catch (error) {
      if (!(error instanceof CommandError) || error.code === 112 || error.code === 14031 || error.code === 1)
        throw error;
      errors.push(writeError(index, error));
      if (ordered) break;
    }
  }
  return errors;
};

const statementsOf = (command: Doc, field: string): Doc[] => {
  const list = command[field];
  if (!Array.isArray(list))
    throw list === undefined
      ? new CommandError(40414, `BSON field '${field}' is missing but a required field`)
      : typeMismatch(`BSON field '${field}' is the wrong type, expected type 'array'`);
  if (list.length === 0 || list.length > maxWriteBatch)
    throw new CommandError(
      93,
      `Write batch sizes must be between 1 and ${maxWriteBatch}. Got ${list.length} operations.`,
    );
  for (const item of list) if (!isDoc(item)) throw typeMismatch(`BSON field '${field}' must hold objects`);
  return list as Doc[];
};

const ordered = (command: Doc): boolean => command.ordered !== false;
const withErrors = (reply: Doc, errors: Doc[]): Doc =>
  errors.length > 0 ? { ...reply, writeErrors: errors } : reply;

const insert = (call: Call): Doc => {
  const { command, view, server } = call;
  const name = collectionName(call);
  const documents = statementsOf(command, 'documents');
  const collection = collectionForWrite(call, name);
  const bypass = flagField(command, 'bypassDocumentValidation');
  let n = 0;
  const run = () =>
    runBatch(server.oplog, documents, ordered(command), (document) => {
      insertDocument(view, collection, document, bypass);
      n++;
    });
  const alone = documents.length === 1 || call.session.inTransaction || collection.capped !== undefined;
  const errors = server.oplog && !alone ? server.oplog.inserts(run) : run();
  server.counters.insert += n;
  return withErrors({ n }, errors);
};

const known = (statement: Doc, path: string, fields: readonly string[]): void => {
  for (const key of keysOf(statement))
    if (!fields.includes(key))
      throw new CommandError(40415, `BSON field '${path}.${key}' is an unknown field.`);
};

const filterOf = (statement: Doc, path: string): Doc => {
  if (statement.q === undefined)
    throw new CommandError(40414, `BSON field '${path}.q' is missing but a required field`);
  if (!isDoc(statement.q))
    throw typeMismatch(`BSON field '${path}.q' is the wrong type, expected type 'object'`);
  return statement.q;
};

const arrayFiltersOf = (value: Value): Doc[] | undefined => {
  if (value === undefined) return undefined;
  if (!Array.isArray(value))
    throw typeMismatch("BSON field 'arrayFilters' is the wrong type, expected type 'array'");
  return value as Doc[];
};

/** The collection a change reads from, if there is one; a change alone does not make it. */
const existing = (call: Call, name: string): Collection | undefined => {
  const found = findCollection(call, name);
  return found?.view || found?.oplog ? collectionForWrite(call, name) : found;
};

/** Removes documents; outside transactions the oplog tells of many as MongoDB does. */
const deleteAs = (
  { server, session, view }: Call,
  collection: Collection | undefined,
  request: DeleteRequest,
): Found[] => {
  const run = () => deleteDocuments(view, collection, request);
  return server.oplog && !request.single && !session.inTransaction ? server.oplog.deletes(run) : run();
};

const update = (call: Call): Doc => {
  const { command, view, server } = call;
  const name = collectionName(call);
  const statements = statementsOf(command, 'updates');
  const variables = variablesOf(letOf(command));
  const bypass = flagField(command, 'bypassDocumentValidation');
  let n = 0;
  let nModified = 0;
  const upserted: Doc[] = [];
  const errors = runBatch(server.oplog, statements, ordered(command), (statement, index) => {
    known(statement, 'update.updates', [
      'q',
      'u',
      'multi',
      'upsert',
      'collation',
      'arrayFilters',
      'hint',
      'c',
      'sort',
      'sampleId',
      'allowShardKeyUpdatesWithoutFullShardKeyInQuery',
      'upsertSupplied',
    ]);
    if (statement.u === undefined)
      throw new CommandError(40414, "BSON field 'update.updates.u' is missing but a required field");
    if (statement.sort !== undefined && statement.multi === true)
      throw failedToParse('Cannot specify sort with multi=true');
    const collection = existing(call, name);
    const result = updateDocuments(view, collection, () => collectionForWrite(call, name), {
      filter: filterOf(statement, 'update.updates'),
      update: statement.u,
      multi: statement.multi === true,
      upsert: statement.upsert === true,
      collation: collationOf(statement.collation, collection),
      arrayFilters: arrayFiltersOf(statement.arrayFilters),
      hint: statement.hint,
      sort: docField(statement, 'sort'),
      variables,
      constants: variablesOf(docField(statement, 'c')),
      bypass,
    });
    n += result.upserted ? 1 : result.matched;
    nModified += result.modified;
    if (result.upserted) upserted.push({ index, _id: result.upserted._id });
  });
  server.counters.update += statements.length;
  const reply: Doc = { n, nModified };
  if (upserted.length > 0) reply.upserted = upserted;
  return withErrors(reply, errors);
};

const remove = (call: Call): Doc => {
  const { command, server } = call;
  const name = collectionName(call);
  const statements = statementsOf(command, 'deletes');
  const variables = variablesOf(letOf(command));
  let n = 0;
  const errors = runBatch(server.oplog, statements, ordered(command), (statement) => {
    known(statement, 'delete.deletes', ['q', 'limit', 'collation', 'hint', 'sampleId']);
    const limit = toNumber(statement.limit);
    if (limit === undefined)
      throw new CommandError(40414, "BSON field 'delete.deletes.limit' is missing but a required field");
    if (limit !== 0 && limit !== 1)
      throw failedToParse(`The limit field in delete objects must be 0 or 1. Got ${limit}`);
    const collection = existing(call, name);
    n += deleteAs(call, collection, {
      filter: filterOf(statement, 'delete.deletes'),
      single: limit === 1,
      collation: collationOf(statement.collation, collection),
      hint: statement.hint,
      variables,
    }).length;
  });
  server.counters.delete += n;
  return withErrors({ n }, errors);
};

const findAndModify = (call: Call): Doc => {
  const { command, view } = call;
  const name = collectionName(call);
  const filter = docField(command, 'query', 'findAndModify') ?? {};
  const sort = docField(command, 'sort', 'findAndModify');
  const fields = docField(command, 'fields', 'findAndModify');
  const removing = flagField(command, 'remove');
  const showNew = flagField(command, 'new');
  if (removing && command.update !== undefined)
    throw failedToParse('Cannot specify both an update and remove=true');
  if (removing && flagField(command, 'upsert'))
    throw failedToParse('Cannot specify both upsert=true and remove=true');
  if (removing && showNew)
    throw failedToParse(
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    );
  if (removing && command.arrayFilters !== undefined)
    throw failedToParse('Cannot specify arrayFilters and remove=true');
  if (!removing && command.update === undefined)
    throw failedToParse('Either an update or remove=true must be specified');
  const collection = existing(call, name);
  const collation = collationOf(command.collation, collection);
  const variables = variablesOf(letOf(command));
  const context = { text: collation?.order, variables };
  const project = fields && keysOf(fields).length > 0 ? compileProjection(fields, context) : undefined;
  const matcher = compileMatch(filter, context);
  const shown = (doc: Doc | undefined) => (doc && project ? project(doc, matcher) : (doc ?? null));
  if (removing) {
    const [removed] = deleteDocuments(view, collection, {
      filter,
      single: true,
      collation,
      hint: command.hint,
      sort,
      variables,
    });
    return { lastErrorObject: { n: removed ? 1 : 0 }, value: shown(removed?.doc) };
  }
  const result = updateDocuments(view, collection, () => collectionForWrite(call, name), {
    filter,
    update: command.update,
    multi: false,
    upsert: flagField(command, 'upsert'),
    collation,
    arrayFilters: arrayFiltersOf(command.arrayFilters),
    hint: command.hint,
    sort,
    variables,
    bypass: flagField(command, 'bypassDocumentValidation'),
  });
  const lastErrorObject: Doc = {
    n: result.upserted ? 1 : result.matched,
    updatedExisting: result.matched > 0,
  };
  if (result.upserted) lastErrorObject.upserted = result.upserted._id;
  return { lastErrorObject, value: shown(showNew ? result.after : result.before) };
};

/** `bulkWrite` of MongoDB 8: operations on several collections in one command. */
const bulkWrite = (call: Call): Doc => {
  const { command, server, session } = call;
  const operations = statementsOf(command, 'ops');
  const spaces = (command.nsInfo as Doc[] | undefined) ?? [];
  if (!Array.isArray(spaces))
    throw typeMismatch("BSON field 'bulkWrite.nsInfo' is the wrong type, expected type 'array'");
  const variables = variablesOf(letOf(command));
  const bypass = flagField(command, 'bypassDocumentValidation');
  const errorsOnly = flagField(command, 'errorsOnly');
  const totals = { nErrors: 0, nInserted: 0, nMatched: 0, nModified: 0, nUpserted: 0, nDeleted: 0 };
  const results: Doc[] = [];
  const done = (idx: number, result: Doc) => {
    if (!errorsOnly) results.push({ ok: 1, idx, ...result });
  };
  const errors = runBatch(server.oplog, operations, ordered(command), (operation, idx) => {
    const kind = keysOf(operation)[0]!;
    const at = toNumber(operation[kind]);
    const space = at === undefined ? undefined : spaces[at];
    if (!space || typeof space.ns !== 'string')
      throw new CommandError(2, `BulkWrite ops entry ${idx} has an invalid nsInfo index.`);
    const [db, ...rest] = space.ns.split('.') as [string, ...string[]];
    const name = rest.join('.');
    const own: Call = { ...call, db };
    const { view } = own;
    if (kind === 'insert') {
      if (!isDoc(operation.document))
        throw typeMismatch(
          "BSON field 'bulkWrite.insert.document' is the wrong type, expected type 'object'",
        );
      insertDocument(view, collectionForWrite(own, name), operation.document, bypass);
      totals.nInserted++;
      return done(idx, { n: 1 });
    }
    const collection = existing(own, name);
    const filter = docField(operation, 'filter') ?? {};
    const collation = collationOf(operation.collation, collection);
    if (kind === 'delete') {
      const n = deleteAs(own, collection, {
        filter,
        single: operation.multi !== true,
        collation,
        hint: operation.hint,
        variables,
      }).length;
      totals.nDeleted += n;
      return done(idx, { n });
    }
    if (kind !== 'update')
      throw new CommandError(40415, `BSON field 'bulkWrite.ops.${kind}' is an unknown field.`);
    const result = updateDocuments(view, collection, () => collectionForWrite(own, name), {
      filter,
      update: operation.updateMods,
      multi: operation.multi === true,
      upsert: operation.upsert === true,
      collation,
      arrayFilters: arrayFiltersOf(operation.arrayFilters),
      hint: operation.hint,
      sort: docField(operation, 'sort'),
      variables,
      constants: variablesOf(docField(operation, 'constants')),
      bypass,
    });
    totals.nMatched += result.matched;
    totals.nModified += result.modified;
    if (result.upserted) totals.nUpserted++;
    done(idx, {
      n: result.upserted ? 1 : result.matched,
      nModified: result.modified,
      ...(result.upserted ? { upserted: { _id: result.upserted._id } } : {}),
    });
  });
  for (const error of errors) {
    totals.nErrors++;
    const { index, ...rest } = error;
    results.push({ ok: 0, idx: index, ...rest, n: 0 });
  }
  results.sort((a, b) => (a.idx as number) - (b.idx as number));
  return {
    ...server.cursors.start('admin.$cmd.bulkWrite', results, {
      batchSize: toNumber(docField(command, 'cursor')?.batchSize),
      session: session.session,
    }),
    ...totals,
  };
};

const writeFields = [
  'ordered',
  'bypassDocumentValidation',
  'bypassEmptyTsReplacement',
  'stmtId',
  'stmtIds',
  'isTimeseriesNamespace',
  'let',
];
const modify: Command = {
  handle: findAndModify,
  transactional: true,
  writes: true,
  fields: [
    'query',
    'sort',
    'remove',
    'update',
    'new',
    'fields',
    'upsert',
    'bypassDocumentValidation',
    'bypassEmptyTsReplacement',
    'collation',
    'arrayFilters',
    'hint',
    'let',
    'stmtId',
  ],
};
export const crudCommands: Record<string, Command> = {
  insert: { handle: insert, transactional: true, writes: true, fields: ['documents', ...writeFields] },
  update: { handle: update, transactional: true, writes: true, fields: ['updates', ...writeFields] },
  delete: { handle: remove, transactional: true, writes: true, fields: ['deletes', ...writeFields] },
  findAndModify: modify,
  findandmodify: modify,
  bulkWrite: {
    handle: bulkWrite,
    transactional: true,
    writes: true,
    adminOnly: true,
    fields: [
      'ops',
      'nsInfo',
      'ordered',
      'bypassDocumentValidation',
      'bypassEmptyTsReplacement',
      'let',
      'errorsOnly',
      'cursor',
      'stmtId',
      'stmtIds',
    ],
  },
};
