import { compileExpression } from '../aggregate/expression.ts';
import { neededFields } from '../aggregate/needs.ts';
import { compilePipeline, type StageContext } from '../aggregate/stages.ts';
import { decodeFields } from '../bson/decode.ts';
import { RawDocument } from '../bson/encode.ts';
import { type Doc, isDoc, keysOf, toNumber, type Value } from '../bson/values.ts';
import type { Output } from '../cursors.ts';
import { CommandError } from '../errors.ts';
import type { Query } from '../indexes/plan.ts';
import type { Collation } from '../query/collation.ts';
import { parseSort } from '../query/sort.ts';
import type { Collection } from '../storage/catalog.ts';
import { countRecords, type Found, findRecords } from '../storage/view.ts';
import { type Call, findCollection } from './command.ts';

/** A read after views are resolved: a stored collection and the pipeline to run over it. */
export interface Resolved {
  readonly collection: Collection | undefined;
  readonly pipeline: readonly Doc[];
}

/** Follows views down to the collection they are made of. Errors: 165 for a circle. */
export const resolve = (call: Call, name: string, pipeline: readonly Doc[], depth = 0): Resolved => {
  if (depth > 20) throw new CommandError(165, `View depth too deep or view cycle detected`);
  const collection = findCollection(call, name);
  if (!collection?.view) return { collection, pipeline };
  return resolve(call, collection.view.on, [...collection.view.pipeline, ...pipeline], depth + 1);
};

interface Settings {
  readonly collation?: Collation | undefined;
  readonly variables?: Readonly<Record<string, Value>> | undefined;
  readonly hint?: Value;
}

/** The constants of `let`, evaluated. */
export const variablesOf = (given: Doc | undefined): Record<string, Value> | undefined =>
  given &&
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, compileExpression(value)({})]));

/** What of a pipeline the storage can do itself: leading `$match`, `$sort`, `$skip` and `$limit`. */
export const split = (
  pipeline: readonly Doc[],
  settings: Settings,
): { query: Query; skip: number; rest: readonly Doc[] } => {
  const filters: Doc[] = [];
  let sort: ReturnType<typeof parseSort> | undefined;
  let skip = 0;
  let limit: number | undefined;
  let at = 0;
  for (; at < pipeline.length; at++) {
    const stage = pipeline[at];
    if (!isDoc(stage) || keysOf(stage).length !== 1) break;
    const [name] = keysOf(stage) as [string];
    const value = stage[name];
    if (name === '$match' && isDoc(value) && !sort && skip === 0 && limit === undefined) filters.push(value);
    else if (
      name === '$sort' &&
      isDoc(value) &&
      keysOf(value).length > 0 &&
      !sort &&
      skip === 0 &&
      limit === undefined
    )
      sort = parseSort(value);
    else if (
      name === '$skip' &&
      limit === undefined &&
      Number.isInteger(toNumber(value)) &&
      toNumber(value)! >= 0
    )
      skip += toNumber(value)!;
    else if (
      name === '$limit' &&
      limit === undefined &&
      Number.isInteger(toNumber(value)) &&
      toNumber(value)! > 0
    )
      limit = toNumber(value)!;
    else break;
  }
  const filter = filters.length === 1 ? filters[0]! : filters.length === 0 ? {} : { $and: filters };
  return {
    query: { filter, sort, limit: limit === undefined ? undefined : limit + skip, ...settings },
    skip,
    rest: pipeline.slice(at),
  };
};

/** Skips and limits lazily. */
export function* part<T>(items: Iterable<T>, skip: number, limit: number | undefined): Generator<T> {
  let at = 0;
  const end = limit === undefined ? Number.POSITIVE_INFINITY : skip + limit;
  if (end <= skip) return;
  for (const item of items) {
    if (at++ < skip) continue;
    yield item;
    if (at >= end) return;
  }
}

function* records(
  call: Call,
  collection: Collection | undefined,
  query: Query,
  skip: number,
): Generator<Found> {
  if (!collection) return;
  yield* part(
    findRecords(call.view, collection, query),
    skip,
    query.limit === undefined ? undefined : query.limit - skip,
  );
}

/** `[{$group: {_id: <constant>, n: {$sum: 1}}}]`: what drivers send to count documents. */
const countGroup = (rest: readonly Doc[]): { id: Value; field: string } | undefined => {
  const group = rest.length === 1 && isDoc(rest[0]) ? rest[0].$group : undefined;
  if (!isDoc(group)) return undefined;
  const [first, field, ...others] = keysOf(group);
  const sum = field && group[field];
  if (
    first !== '_id' ||
    !field ||
    others.length > 0 ||
    !isDoc(sum) ||
    keysOf(sum).join() !== '$sum' ||
    sum.$sum !== 1
  )
    return undefined;
  const id = group._id;
  return id === null || typeof id === 'number' ? { id, field } : undefined;
};

/** Runs a pipeline over a collection of the call's database. */
export const runPipeline = (
  call: Call,
  name: string | undefined,
  pipeline: readonly Doc[],
  settings: Settings,
): Iterable<Output> => {
  const context: StageContext = {
    text: settings.collation?.order,
    variables: settings.variables,
    read: (from, stages, variables) =>
      runPipeline(call, from || undefined, stages, {
        ...settings,
        hint: undefined,
        variables: { ...settings.variables, ...variables },
      }) as Iterable<Doc>,
  };
  if (name === undefined) return compilePipeline(pipeline, context)([]);
  const { collection, pipeline: whole } = resolve(call, name, pipeline);
  const { query, skip, rest } = split(whole, settings);
  const counting = countGroup(rest);
  if (counting && collection) {
    const total = Math.max(0, countRecords(call.view, collection, query, query.limit) - skip);
    return total > 0 ? [{ _id: counting.id, [counting.field]: total }] : [];
  }
  const run = compilePipeline(rest, context);
  return run(docs(records(call, collection, query, skip), neededFields(rest)));
};

/** The collection and the pipeline of a plain `$unionWith`. */
const unionOf = (stage: Value): { coll: string; pipeline: readonly Doc[] } | undefined => {
  const spec = isDoc(stage) && keysOf(stage).join() === '$unionWith' ? stage.$unionWith : undefined;
  if (!isDoc(spec) || typeof spec.coll !== 'string') return undefined;
  const { coll, pipeline = [] } = spec;
  const plain = keysOf(spec).every((key) => key === 'coll' || key === 'pipeline');
  return plain && Array.isArray(pipeline) ? { coll, pipeline: pipeline as Doc[] } : undefined;
};

/**
 * What a pipeline gives as it is stored, where it only looks for documents, in one place or, by `$unionWith`, in several; undefined where
 * it makes others of them.
 */
export const storedDocuments = (
  call: Call,
  name: string,
  pipeline: readonly Doc[],
  settings: Settings,
): Iterable<RawDocument> | undefined => {
  const { collection, pipeline: whole } = resolve(call, name, pipeline);
  const { query, skip, rest } = split(whole, settings);
  const others = rest.map((stage) => {
    const union = unionOf(stage);
    return union && storedDocuments(call, union.coll, union.pipeline, { ...settings, hint: undefined });
  });
  if (others.includes(undefined)) return undefined;
  return (function* () {
    yield* rawDocuments(records(call, collection, query, skip));
    for (const other of others) yield* other!;
  })();
};

/** The documents that were found, or only some of their fields. */
function* docs(found: Iterable<Found>, fields?: ReadonlySet<string>): Generator<Doc> {
  for (const one of found) yield fields ? decodeFields(one.bytes, fields) : one.doc;
}

/** Stored documents as they are, for a `find` without a projection. */
export function* rawDocuments(found: Iterable<Found>): Generator<RawDocument> {
  for (const { bytes } of found) yield new RawDocument(bytes);
}
