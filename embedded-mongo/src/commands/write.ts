import { ObjectId } from 'bson';
import { compilePipeline } from '../aggregate/stages.ts';
import { identical } from '../bson/compare.ts';
import {
  clone,
  type Doc,
  getField,
  isDoc,
  keysOf,
  setField,
  typeName,
  typeOf,
  type Value,
} from '../bson/values.ts';
import { CommandError, failedToParse } from '../errors.ts';
import type { Collation } from '../query/collation.ts';
import { compileMatch } from '../query/match.ts';
import type { Position } from '../query/path.ts';
import { parseSort } from '../query/sort.ts';
import type { Collection } from '../storage/catalog.ts';
import type { UpdateForm } from '../storage/change-log.ts';
import { type Found, findRecords, type View } from '../storage/view.ts';
import { compileUpdate, type Occasion, type Updater } from '../update/apply.ts';

/** Errors: 121 when the collection's validator refuses the document. */
export const validateDocument = (
  collection: Collection,
  doc: Doc,
  before: Doc | undefined,
  bypass: boolean,
): void => {
  const { validator } = collection;
  if (!validator || bypass || validator.level === 'off' || validator.action === 'warn') return;
  if (validator.matcher.test(doc)) return;
  if (before && validator.level === 'moderate' && !validator.matcher.test(before)) return;
  throw new CommandError(121, 'Document failed validation', {
    extra: {
      errInfo: {
        failingDocumentId: doc._id,
        details: {
          operatorName:
            '$jsonSchema' in (collection.options.validator as Doc)
              ? '$jsonSchema'
              : keysOf(collection.options.validator as Doc)[0],
        },
      },
    },
  });
};

/** Errors: 2 or 53 for an `_id` that cannot be one. */
const assertId = (id: Value): void => {
  if (Array.isArray(id)) throw new CommandError(53, "The '_id' value cannot be of type array");
  const type = typeOf(id);
  if (typeName(type) === 'regex') throw new CommandError(53, "The '_id' value cannot be of type regex");
  if (typeName(type) === 'undefined')
    throw new CommandError(53, "The '_id' value cannot be of type undefined");
  if (isDoc(id))
    for (const key of keysOf(id))
      if (key.startsWith('$'))
        throw new CommandError(
          52,
          `_id fields may not contain '$'-prefixed fields: ${key} is not valid for storage.`,
        );
};

/** The document with `_id` first, made if there is none. */
const withId = (doc: Doc): Doc => {
  if (keysOf(doc)[0] === '_id') return doc;
  const result: Doc = { _id: Object.hasOwn(doc, '_id') ? doc._id : new ObjectId() };
  for (const key of keysOf(doc)) if (key !== '_id') setField(result, key, doc[key]);
  return result;
};

/** Stores a new document and answers it as it was stored. */
export const insertDocument = (view: View, collection: Collection, given: Doc, bypass = false): Doc => {
  const doc = withId(given);
  assertId(doc._id);
  validateDocument(collection, doc, undefined, bypass);
  view.insert(collection, doc);
  return doc;
};

/** What to find and how to change it. */
export interface UpdateRequest {
  readonly filter: Doc;
  readonly update: Value;
  readonly multi: boolean;
  readonly upsert: boolean;
  readonly collation: Collation | undefined;
  readonly arrayFilters?: readonly Doc[] | undefined;
  readonly hint?: Value;
  readonly sort?: Doc | undefined;
  readonly variables?: Readonly<Record<string, Value>> | undefined;
  /** Values of an update's own `c`, seen by its pipeline as variables. */
  readonly constants?: Readonly<Record<string, Value>> | undefined;
  readonly bypass?: boolean;
}

export interface UpdateResult {
  readonly matched: number;
  readonly modified: number;
  readonly upserted: Doc | undefined;
  /** The document of the last change, before and after. */
  readonly before: Doc | undefined;
  readonly after: Doc | undefined;
}

type Rewrite = (doc: Doc, occasion: Occasion) => Doc;

const updateStages = new Set(['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith']);

const isReplacement = (update: Value): update is Doc => isDoc(update) && !keysOf(update)[0]?.startsWith('$');

const formOf = (update: Value, whole: ReadonlySet<string>): UpdateForm => {
  if (Array.isArray(update)) return { kind: 'pipeline' };
  return isReplacement(update) ? { kind: 'replacement' } : { kind: 'operators', whole };
};

/** How an update makes the new document of an old one. Errors: 9, and those of operators and stages. */
const compileRewrite = ({
  update,
  collation,
  variables,
  constants,
  arrayFilters,
  multi,
}: UpdateRequest): Rewrite => {
  const context = { text: collation?.order, variables, arrayFilters };
  if (Array.isArray(update)) {
    if (arrayFilters) throw failedToParse('arrayFilters may not be specified for pipeline-syle updates');
    for (const stage of update) {
      const [name] = isDoc(stage) ? keysOf(stage) : [];
      if (!name?.startsWith('$'))
        throw new CommandError(
          40323,
          'A pipeline stage specification object must contain exactly one field.',
        );
      if (!updateStages.has(name))
        throw new CommandError(72, `${name} is not allowed to be used within an update`);
    }
    const run = compilePipeline(update as Doc[], {
      text: collation?.order,
      variables: { ...variables, ...constants },
      read: () => [],
    });
    // A pipeline that says nothing of `_id` keeps it.
    return (doc) => {
      const result = [...run([doc])][0]!;
      if (Object.hasOwn(result, '_id') || !Object.hasOwn(doc, '_id')) return result;
      return withId({ ...result, _id: doc._id });
    };
  }
  if (!isDoc(update)) throw failedToParse('Update argument must be either an object or an array');
  if (isReplacement(update)) {
    if (arrayFilters) throw failedToParse('Cannot specify arrayFilters and a replacement document');
    if (multi) throw failedToParse('multi update is not supported for replacement-style update');
    for (const key of keysOf(update))
      if (key.startsWith('$'))
        throw new CommandError(
          52,
          `The dollar ($) prefixed field '${key}' in '${key}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
        );
    return (doc) => {
      const id = Object.hasOwn(update, '_id') ? update._id : doc._id;
      const result: Doc = id === undefined ? {} : { _id: id };
      for (const key of keysOf(update)) if (key !== '_id') setField(result, key, clone(update[key]));
      return result;
    };
  }
  const apply: Updater = compileUpdate(update, context);
  return (doc, occasion) => {
    const copy = clone(doc);
    apply(copy, occasion);
    return copy;
  };
};

/** The fields an upsert takes from its filter: what it demands by equality. Errors: 54 for a field given twice. */
const seed = (filter: Doc): Doc => {
  const doc: Doc = {};
  const put = (path: string, value: Value) => {
    const parts = path.split('.');
    let holder = doc;
    for (const part of parts.slice(0, -1)) {
      if (!isDoc(getField(holder, part))) setField(holder, part, {});
      holder = holder[part] as Doc;
    }
    if (Object.hasOwn(holder, parts.at(-1)!))
      throw new CommandError(54, `cannot infer query fields to set, path '${path}' is matched twice`);
    setField(holder, parts.at(-1)!, value);
  };
  const collect = (clause: Doc) => {
    for (const key of keysOf(clause)) {
      const value = clause[key];
      if (key === '$and' && Array.isArray(value)) for (const inner of value) collect(inner as Doc);
      else if (key === '$or' && Array.isArray(value) && value.length === 1) collect(value[0] as Doc);
      else if (key.startsWith('$')) continue;
      else if (isDoc(value) && keysOf(value)[0]?.startsWith('$')) {
        if (Object.hasOwn(value, '$eq')) put(key, value.$eq);
        else if (Array.isArray(value.$in) && value.$in.length === 1) put(key, value.$in[0]);
        else if (Array.isArray(value.$all) && value.$all.length === 1) put(key, value.$all[0]);
      } else if (typeName(typeOf(value)) !== 'regex') put(key, value);
    }
  };
  collect(filter);
  return doc;
};

const immutableId = () =>
  new CommandError(66, "Performing an update on the path '_id' would modify the immutable field '_id'");

const upsert = (view: View, collection: Collection, request: UpdateRequest, rewrite: Rewrite): Doc => {
  const start = isReplacement(request.update) ? pickId(seed(request.filter)) : seed(request.filter);
  const doc = rewrite(start, { position: undefined, inserting: true, whole: new Set() });
  if (Object.hasOwn(start, '_id') && !identical(start._id, doc._id) && !Array.isArray(request.update)) {
    throw isReplacement(request.update)
      ? new CommandError(
          66,
          `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${String(doc._id)}`,
        )
      : immutableId();
  }
  return insertDocument(view, collection, doc, request.bypass);
};
const pickId = (doc: Doc): Doc => (Object.hasOwn(doc, '_id') ? { _id: doc._id } : {});

/** Finds documents and changes them, or inserts one. */
export const updateDocuments = (
  view: View,
  collection: Collection | undefined,
  create: () => Collection,
  request: UpdateRequest,
): UpdateResult => {
  const rewrite = compileRewrite(request);
  const { filter, multi, collation, variables, hint } = request;
  const matcher = compileMatch(filter, { text: collation?.order, variables });
  const query = {
    filter,
    collation,
    variables,
    hint,
    limit: multi ? undefined : 1,
    sort: parseSort(request.sort),
  };
  // All are found before the first is changed, so that no change moves a document into the search again.
  const found: Found[] = collection
    ? multi
      ? [...findRecords(view, collection, query)]
      : first(findRecords(view, collection, query))
    : [];
  let modified = 0;
  let before: Doc | undefined;
  let after: Doc | undefined;
  for (const record of found) {
    before = record.doc;
    const position: Position = { index: undefined };
    matcher.test(before, position);
    const whole = new Set<string>();
    after = rewrite(before, { position: position.index, inserting: false, whole });
    if (!identical(before._id, after._id)) {
      if (!isReplacement(request.update)) throw immutableId();
      throw new CommandError(
        66,
        `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${String(after._id)}`,
      );
    }
    if (identical(before, after)) continue;
    validateDocument(collection!, after, before, request.bypass ?? false);
    view.update(collection!, record, after, formOf(request.update, whole));
    modified++;
  }
  if (found.length > 0 || !request.upsert)
    return { matched: found.length, modified, upserted: undefined, before, after };
  const upserted = upsert(view, collection ?? create(), request, rewrite);
  return { matched: 0, modified: 0, upserted, before: undefined, after: upserted };
};

const first = (records: Generator<Found>): Found[] => {
  for (const record of records) return [record];
  return [];
};

/** What to find and remove. */
export interface DeleteRequest {
  readonly filter: Doc;
  readonly single: boolean;
  readonly collation: Collation | undefined;
  readonly hint?: Value;
  readonly sort?: Doc | undefined;
  readonly variables?: Readonly<Record<string, Value>> | undefined;
}

/** Removes documents and answers them as they were. */
export const deleteDocuments = (
  view: View,
  collection: Collection | undefined,
  request: DeleteRequest,
): Found[] => {
  const { filter, single, collation, hint, variables } = request;
  compileMatch(filter, { text: collation?.order, variables });
  if (!collection) return [];
  const query = {
    filter,
    collation,
    hint,
    variables,
    limit: single ? 1 : undefined,
    sort: parseSort(request.sort),
  };
  const found = single
    ? first(findRecords(view, collection, query))
    : [...findRecords(view, collection, query)];
  for (const record of found) view.remove(collection, record);
  return found;
};
