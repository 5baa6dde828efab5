import { Long } from 'bson';
import { distinctValues } from '../aggregate/group.ts';
import type { Doc } from '../bson/values.ts';
import { keysOf, toNumber, type Value } from '../bson/values.ts';
import type { Output } from '../cursors.ts';
import { CommandError, failedToParse, typeMismatch } from '../errors.ts';
import { compileMatch } from '../query/match.ts';
import { visitPath } from '../query/path.ts';
import { compileProjection } from '../query/projection.ts';
import { parseSort } from '../query/sort.ts';
import { countRecords, findRecords } from '../storage/view.ts';
import {
  type Call,
  type Command,
  collationOf,
  collectionName,
  countField,
  docField,
  findCollection,
  flagField,
  letOf,
} from './command.ts';
import { part, rawDocuments, resolve, runPipeline, variablesOf } from './read.ts';

const find = (call: Call): Doc => {
  const { command, server, view, db } = call;
  server.counters.query++;
  const name = collectionName(call);
  const filter = docField(command, 'filter', 'find') ?? {};
  const projection = docField(command, 'projection', 'find');
  if (flagField(command, 'tailable')) {
    if (!findCollection(call, name)?.capped)
      throw new CommandError(
        2,
        `error processing query: ns=${db}.${name} tailable cursor requested on non capped collection`,
      );
    throw new CommandError(238, 'tailable cursors are not supported by embedded-mongo');
  }
  const given = command.limit === undefined ? undefined : toNumber(command.limit);
  const skip = countField(command, 'skip') ?? 0;
  const batchSize = countField(command, 'batchSize');
  const limit = given === undefined || given === 0 ? undefined : Math.abs(given);
  if (given !== undefined && given < 0)
    throw new CommandError(51024, `BSON field 'limit' value must be >= 0, actual value '${given}'`);
  const single = flagField(command, 'singleBatch');
  const variables = variablesOf(letOf(command));
  const resolved = resolve(call, name, []);
  const collation = collationOf(command.collation, findCollection(call, name));
  const sort = docField(command, 'sort', 'find');
  const session = call.session.session;
  const start = (output: Iterable<Output>) =>
    server.cursors.start(`${db}.${name}`, output, { batchSize, single, session });
  if (resolved.pipeline.length > 0) {
    const stages: Doc[] = [{ $match: filter }];
    if (sort && keysOf(sort).length > 0) stages.push({ $sort: sort });
    if (skip) stages.push({ $skip: skip });
    if (limit) stages.push({ $limit: limit });
    if (projection && keysOf(projection).length > 0) stages.push({ $project: projection });
    return start(runPipeline(call, name, stages, { collation, variables }));
  }
  const query = {
    filter,
    sort: parseSort(sort),
    limit: limit === undefined ? undefined : limit + skip,
    hint: command.hint,
    collation,
    variables,
  };
  const context = { text: collation?.order, variables };
  const { collection } = resolved;
  const project =
    projection && keysOf(projection).length > 0 ? compileProjection(projection, context) : undefined;
  if (!collection) {
    compileMatch(filter, context);
    return start([]);
  }
  const found = part(findRecords(view, collection, query), skip, limit);
  if (flagField(command, 'returnKey') || flagField(command, 'showRecordId'))
    throw new CommandError(238, 'returnKey and showRecordId are not supported by embedded-mongo');
  if (!project) return start(rawDocuments(found));
  const matcher = compileMatch(filter, context);
  function* projected() {
    for (const { doc } of found) yield project!(doc, matcher);
  }
  return start(projected());
};

const count = (call: Call): Doc => {
  const { command, view } = call;
  call.server.counters.command++;
  const name = collectionName(call);
  const filter = docField(command, 'query', 'count') ?? {};
  const given = command.limit === undefined ? 0 : Math.abs(toNumber(command.limit) ?? 0);
  const skip = countField(command, 'skip') ?? 0;
  const limit = given || undefined;
  const { collection, pipeline } = resolve(call, name, []);
  const collation = collationOf(command.collation, findCollection(call, name));
  if (pipeline.length > 0) {
    const stages: Doc[] = [
      { $match: filter },
      ...(skip ? [{ $skip: skip }] : []),
      ...(limit ? [{ $limit: limit }] : []),
      { $count: 'n' },
    ];
    const [result] = [...runPipeline(call, name, stages, { collation })] as Doc[];
    return { n: result?.n ?? 0 };
  }
  compileMatch(filter, { text: collation?.order });
  if (!collection) return { n: 0 };
  const most = limit === undefined ? undefined : limit + skip;
  return {
    n: Math.max(
      0,
      countRecords(view, collection, { filter, hint: command.hint, collation, limit: most }, most) - skip,
    ),
  };
};

const distinct = (call: Call): Doc => {
  const { command, view } = call;
  const name = collectionName(call);
  const { key } = command;
  if (typeof key !== 'string')
    throw typeMismatch(`BSON field 'distinct.key' is the wrong type '${typeof key}', expected type 'string'`);
  if (key === '') throw failedToParse('distinct key must not be empty');
  const filter = docField(command, 'query', 'distinct') ?? {};
  const { collection, pipeline } = resolve(call, name, []);
  const collation = collationOf(command.collation, findCollection(call, name));
  const context = { text: collation?.order };
  compileMatch(filter, context);
  const values: Value[] = [];
  const collect = (doc: Doc) =>
    visitPath(doc, key.split('.'), 0, false, (value) => {
      if (Array.isArray(value)) values.push(...value);
      else if (value !== undefined) values.push(value);
      return false;
    });
  if (pipeline.length > 0)
    for (const doc of runPipeline(call, name, [{ $match: filter }], { collation })) collect(doc as Doc);
  else if (collection)
    for (const { doc } of findRecords(view, collection, { filter, collation, hint: command.hint }))
      collect(doc);
  return { values: distinctValues(values, context) };
};

const getMore = (call: Call): Doc => {
  const { command, server, db } = call;
  server.counters.getmore++;
  const { collection } = command;
  if (typeof collection !== 'string')
    throw typeMismatch("BSON field 'getMore.collection' is the wrong type, expected type 'string'");
  if (!(command.getMore instanceof Long))
    throw typeMismatch("BSON field 'getMore.getMore' is the wrong type, expected type 'long'");
  return server.cursors.next(
    command.getMore.toNumber(),
    `${db}.${collection}`,
    countField(command, 'batchSize'),
  );
};

const killCursors = (call: Call): Doc => {
  const { command, server, db } = call;
  const ids = command.cursors;
  if (!Array.isArray(ids))
    throw typeMismatch("BSON field 'killCursors.cursors' is the wrong type, expected type 'array'");
  const killed: Value[] = [];
  const missing: Value[] = [];
  for (const id of ids)
    (server.cursors.kill(toNumber(id) ?? -1, `${db}.${String(command.killCursors)}`) ? killed : missing).push(
      id,
    );
  return { cursorsKilled: killed, cursorsNotFound: missing, cursorsAlive: [], cursorsUnknown: [] };
};

export const findCommands: Record<string, Command> = {
  find: {
    handle: find,
    transactional: true,
    fields: [
      'filter',
      'sort',
      'projection',
      'hint',
      'skip',
      'limit',
      'batchSize',
      'singleBatch',
      'max',
      'min',
      'returnKey',
      'showRecordId',
      'tailable',
      'awaitData',
      'oplogReplay',
      'noCursorTimeout',
      'allowPartialResults',
      'allowDiskUse',
      'collation',
      'let',
      'term',
      'readOnce',
    ],
  },
  count: { handle: count, fields: ['query', 'limit', 'skip', 'hint', 'collation', 'fields'] },
  distinct: { handle: distinct, transactional: true, fields: ['key', 'query', 'collation', 'hint'] },
  getMore: {
    handle: getMore,
    transactional: true,
    fields: ['collection', 'batchSize', 'term', 'lastKnownCommittedOpTime'],
  },
  killCursors: { handle: killCursors, transactional: true, fields: ['cursors'] },
};
