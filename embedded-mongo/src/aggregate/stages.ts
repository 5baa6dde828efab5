import { compare } from '../bson/compare.ts';
import {
  type Doc,
  getField,
  isDoc,
  keysOf,
  setField,
  toNumber,
  truthy,
  typeName,
  typeOf,
  type Value,
} from '../bson/values.ts';
import { CommandError, typeMismatch } from '../errors.ts';
import { compileMatch } from '../query/match.ts';
import { compileAddFields, compileProjection } from '../query/projection.ts';
import { parseSort, sortItems } from '../query/sort.ts';
import { baseVariables, compile, follow, type Scope } from './expression.ts';
import { compileAccumulators, compileGroup } from './group.ts';
import { borrowedStage, borrowedStages } from './library-stages.ts';

/** What stages that read other collections are given. */
export interface StageContext extends Scope {
  /** The documents of a collection of the same database, run through a pipeline. */
  readonly read: (
    collection: string,
    pipeline: readonly Doc[],
    variables: Readonly<Record<string, Value>>,
  ) => Iterable<Doc>;
  /** How deep pipelines are nested within one another. */
  readonly depth?: number;
}

/** A stage ready for use: documents in, documents out. */
export type Stage = (docs: Iterable<Doc>) => Iterable<Doc>;
type Make = (spec: Value, context: StageContext, name: string) => Stage;

const each = (change: (doc: Doc) => Doc): Stage =>
  function* (docs) {
    for (const doc of docs) yield change(doc);
  };

const objectFor = (spec: Value, name: string, code: number): Doc => {
  if (!isDoc(spec))
    throw new CommandError(
      code,
      `${name} specification stage must be an object, got ${typeName(typeOf(spec))}`,
    );
  return spec;
};

const whole = (spec: Value, name: string, least: number, code: number): number => {
  const number = toNumber(spec);
  if (number === undefined || !Number.isInteger(number))
    throw new CommandError(
      code,
      `invalid argument to ${name} stage: Expected a number in: ${name}: ${String(spec)}`,
    );
  if (number < least)
    throw new CommandError(
      code,
      `invalid argument to ${name} stage: ${least === 1 ? 'the limit must be positive' : `Expected a non-negative number in: ${name}: ${number}`}`,
    );
  return number;
};

const replaceRoot = (expression: Value, context: StageContext): Stage => {
  const evaluate = compile(expression, context);
  const variables = baseVariables(context.variables);
  return each((doc) => {
    const root = evaluate({ root: doc, variables });
    if (!isDoc(root))
      throw new CommandError(
        40228,
        `'newRoot' expression must evaluate to an object, but resulting value was of type: ${typeName(typeOf(root))}.`,
      );
    return root;
  });
};

const unset = (spec: Value, context: StageContext): Stage => {
  const names = Array.isArray(spec) ? spec : [spec];
  if (names.length === 0 || names.some((name) => typeof name !== 'string' || name === ''))
    throw new CommandError(31120, '$unset specification must be a string or an array of strings');
  return each(compileProjection(Object.fromEntries(names.map((name) => [name, 0])), context, false));
};

const unwind = (spec: Value): Stage => {
  const options = typeof spec === 'string' ? { path: spec } : objectFor(spec, '$unwind', 15981);
  for (const key of keysOf(options))
    if (!['path', 'includeArrayIndex', 'preserveNullAndEmptyArrays'].includes(key))
      throw new CommandError(28811, `unrecognized option to $unwind stage: ${key}`);
  const { path } = options;
  if (typeof path !== 'string')
    throw new CommandError(28808, 'expected a string as the path for $unwind stage');
  if (!path.startsWith('$'))
    throw new CommandError(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  const index = (options as Doc).includeArrayIndex;
  if (index !== undefined && (typeof index !== 'string' || index === ''))
    throw new CommandError(
      28810,
      'expected a non-empty string for the includeArrayIndex  option to $unwind stage',
    );
  if (typeof index === 'string' && index.startsWith('$'))
    throw new CommandError(
      28822,
      "includeArrayIndex option to $unwind stage should not be prefixed with a '$'",
    );
  const keepEmpty = truthy((options as Doc).preserveNullAndEmptyArrays);
  const field = path.slice(1);
  const parts = field.split('.');
  const set = (holder: Doc, at: number, value: Value): Doc => {
    const copy: Doc = {};
    for (const key of keysOf(holder)) setField(copy, key, holder[key]);
    const part = parts[at]!;
    const result = at === parts.length - 1 ? value : set((getField(copy, part) as Doc) ?? {}, at + 1, value);
    if (result === undefined) return compileProjection({ [part]: 0 }, {}, false)(copy);
    setField(copy, part, result);
    return copy;
  };
  const withIndex = (doc: Doc, at: number | null) => {
    if (index === undefined) return doc;
    const copy: Doc = { ...doc };
    setField(copy, index as string, at === null ? null : BigInt(at));
    return copy;
  };
  return function* (docs) {
    for (const doc of docs) {
      let value: Value = doc;
      for (const part of parts) value = isDoc(value) ? getField(value, part) : undefined;
      if (!Array.isArray(value)) {
        if (value !== undefined && value !== null) yield withIndex(doc, null);
        else if (keepEmpty) yield withIndex(doc, null);
        continue;
      }
      if (value.length === 0 && keepEmpty) yield withIndex(set(doc, 0, undefined), null);
      for (const [i, item] of value.entries()) yield withIndex(set(doc, 0, item), i);
    }
  };
};

const lookup: Make = (spec, context) => {
  const options = objectFor(spec, '$lookup', 9);
  for (const key of keysOf(options))
    if (!['from', 'let', 'localField', 'foreignField', 'pipeline', 'as'].includes(key))
      throw new CommandError(9, `unknown argument to $lookup: ${key}`);
  const { from, localField, foreignField, as } = options;
  if (typeof as !== 'string') throw new CommandError(9, "must specify 'as' field for a $lookup");
  if (from !== undefined && typeof from !== 'string')
    throw new CommandError(9, "$lookup argument 'from' must be a string");
  const pipeline = options.pipeline as Doc[] | undefined;
  if (pipeline !== undefined && !Array.isArray(pipeline))
    throw new CommandError(9, "$lookup argument 'pipeline' must be an array");
  if ((localField === undefined) !== (foreignField === undefined))
    throw new CommandError(
      9,
      "$lookup requires both or neither of 'localField' and 'foreignField' to be specified",
    );
  if (localField === undefined && !pipeline)
    throw new CommandError(
      9,
      "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
    );
  if (from === undefined && !(isDoc(pipeline?.[0]) && '$documents' in pipeline[0]))
    throw new CommandError(9, "must specify 'from' field for a $lookup");
  const lets = Object.entries((options.let as Doc | undefined) ?? {}).map(
    ([name, value]) => [name, compile(value, context)] as const,
  );
  const variables = baseVariables(context.variables);
  const add = (doc: Doc, found: Doc[]) => compileAddFields({ [as]: { $literal: found } })(doc);
  return each((doc) => {
    const own: Record<string, Value> = { ...context.variables };
    for (const [name, evaluate] of lets) own[name] = evaluate({ root: doc, variables });
    const stages: Doc[] = [];
    if (typeof localField === 'string') {
      const local = follow(doc, localField.split('.'), 0);
      const wanted = Array.isArray(local) ? local : [local ?? null];
      stages.push({ $match: { [foreignField as string]: { $in: wanted.map((value) => value ?? null) } } });
    }
    return add(doc, [
      ...context.read((from as string | undefined) ?? '', [...stages, ...(pipeline ?? [])], own),
    ]);
  });
};

const graphLookup: Make = (spec, context) => {
  const options = objectFor(spec, '$graphLookup', 9);
  const { from, connectFromField, connectToField, as, startWith, depthField, restrictSearchWithMatch } =
    options;
  for (const [name, value] of Object.entries({ from, connectFromField, connectToField, as }))
    if (typeof value !== 'string')
      throw new CommandError(40105, `$graphLookup requires '${name}' as a string`);
  const start = compile(startWith, context);
  const deepest =
    options.maxDepth === undefined
      ? Number.POSITIVE_INFINITY
      : whole(options.maxDepth, '$graphLookup', 0, 40101);
  const variables = baseVariables(context.variables);
  return each((doc) => {
    const found = new Map<string, Doc>();
    const first = start({ root: doc, variables });
    let frontier = Array.isArray(first) ? first : [first];
    for (let depth = 0; depth <= deepest && frontier.length > 0; depth++) {
      const next: Value[] = [];
      const filter: Doc = { [connectToField as string]: { $in: frontier.map((value) => value ?? null) } };
      const match = isDoc(restrictSearchWithMatch) ? { $and: [filter, restrictSearchWithMatch] } : filter;
      for (const other of context.read(from as string, [{ $match: match }], {})) {
        const key = JSON.stringify([typeOf(other._id), String(other._id), other._id]);
        if (found.has(key)) continue;
        const kept = { ...other };
        if (typeof depthField === 'string') setField(kept, depthField, BigInt(depth));
        found.set(key, kept);
        const link = follow(other, (connectFromField as string).split('.'), 0);
        next.push(...(Array.isArray(link) ? link : link === undefined ? [] : [link]));
      }
      frontier = next;
    }
    return compileAddFields({ [as as string]: { $literal: [...found.values()] } })(doc);
  });
};

const facet: Make = (spec, context) => {
  const options = objectFor(spec, '$facet', 40169);
  if (keysOf(options).length === 0)
    throw new CommandError(40169, 'the $facet specification must be a non-empty object');
  const facets = keysOf(options).map((name) => {
    const pipeline = options[name];
    if (!Array.isArray(pipeline))
      throw new CommandError(
        40170,
        `arguments to $facet must be arrays, ${name} is type ${typeName(typeOf(pipeline))}`,
      );
    for (const stage of pipeline)
      for (const key of isDoc(stage) ? keysOf(stage) : [])
        if (
          ['$facet', '$out', '$merge', '$geoNear', '$indexStats', '$collStats', '$changeStream'].includes(key)
        )
          throw new CommandError(40600, `${key} is not allowed to be used within a $facet stage`);
    return [name, compilePipeline(pipeline as Doc[], context)] as const;
  });
  return function* (docs) {
    const all = [...docs];
    const result: Doc = {};
    for (const [name, run] of facets) setField(result, name, [...run(all)]);
    yield result;
  };
};

const bucket: Make = (spec, context) => {
  const options = objectFor(spec, '$bucket', 40201);
  const { boundaries } = options;
  if (!('groupBy' in options) || !Array.isArray(boundaries))
    throw new CommandError(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.");
  if (boundaries.length < 2)
    throw new CommandError(
      40192,
      `The $bucket 'boundaries' field must have at least 2 values, but found ${boundaries.length} value(s).`,
    );
  for (let i = 1; i < boundaries.length; i++)
    if (compare(boundaries[i - 1], boundaries[i]) >= 0)
      throw new CommandError(40194, "The 'boundaries' option to $bucket must be sorted");
  const by = compile(options.groupBy, context);
  const variables = baseVariables(context.variables);
  const output = isDoc(options.output) ? options.output : { count: { $sum: 1 } };
  const fields = compileAccumulators(output, context);
  return function* (docs) {
    const groups = new Map<number, ReturnType<(typeof fields)[number]['make']>[]>();
    for (const doc of docs) {
      const env = { root: doc, variables };
      const value = by(env) ?? null;
      let at = boundaries.findIndex(
        (low, i) =>
          i < boundaries.length - 1 && compare(value, low) >= 0 && compare(value, boundaries[i + 1]) < 0,
      );
      if (at < 0) {
        if (!('default' in options))
          throw new CommandError(
            40066,
            '$switch could not find a matching branch for an input, and no default was specified.',
          );
        at = boundaries.length;
      }
      if (!groups.has(at))
        groups.set(
          at,
          fields.map(({ make }) => make()),
        );
      for (const field of groups.get(at)!) field.add(env);
    }
    for (const [at, accumulated] of [...groups].sort((a, b) => a[0] - b[0])) {
      const result: Doc = { _id: at === boundaries.length ? options.default : boundaries[at] };
      fields.forEach(({ field }, i) => {
        setField(result, field, accumulated[i]!.result());
      });
      yield result;
    }
  };
};

const redact: Make = (spec, context) => {
  const evaluate = compile(spec, context);
  const variables = baseVariables(context.variables);
  const visit = (doc: Doc, root: Doc): Doc | undefined => {
    const verdict = evaluate({ root, variables: { ...variables, CURRENT: doc } });
    if (verdict === '$$KEEP') return doc;
    if (verdict === '$$PRUNE') return undefined;
    if (verdict !== '$$DESCEND')
      throw new CommandError(17053, '$redact must return a value of $$DESCEND, $$PRUNE or $$KEEP');
    const result: Doc = {};
    for (const key of keysOf(doc)) {
      const value = doc[key];
      if (isDoc(value)) {
        const kept = visit(value, root);
        if (kept) setField(result, key, kept);
      } else if (Array.isArray(value))
        setField(
          result,
          key,
          value.flatMap((item) => (isDoc(item) ? (visit(item, root) ?? []) : [item])),
        );
      else setField(result, key, value);
    }
    return result;
  };
  return function* (docs) {
    for (const doc of docs) {
      const kept = visit(doc, doc);
      if (kept) yield kept;
    }
  };
};

const unionWith: Make = (spec, context) => {
  const options = typeof spec === 'string' ? { coll: spec } : objectFor(spec, '$unionWith', 9);
  const { coll = '', pipeline = [] } = options as { coll?: unknown; pipeline?: Doc[] };
  if (typeof coll !== 'string')
    throw typeMismatch(
      `BSON field '$unionWith.coll' is the wrong type '${typeof coll}', expected type 'string'`,
    );
  return function* (docs) {
    yield* docs;
    yield* context.read(coll, pipeline, context.variables ?? {});
  };
};

const sample: Make = (spec) => {
  const size = isDoc(spec) ? toNumber(spec.size) : undefined;
  if (size === undefined || size < 1)
    throw new CommandError(28747, 'size argument to $sample must be a positive integer');
  return (docs) => {
    const all = [...docs];
    for (let i = all.length - 1; i > 0; i--) {
      const other = Math.floor(Math.random() * (i + 1));
      [all[i], all[other]] = [all[other]!, all[i]!];
    }
    return all.slice(0, size);
  };
};

const count: Make = (spec) => {
  if (typeof spec !== 'string' || spec === '')
    throw new CommandError(40156, 'the count field must be a non-empty string');
  if (spec.startsWith('$')) throw new CommandError(40158, 'the count field cannot be a $-prefixed path');
  if (spec.includes('.')) throw new CommandError(40160, "the count field cannot contain '.'");
  return function* (docs) {
    let total = 0;
    for (const _doc of docs) total++;
    if (total > 0) yield { [spec]: total };
  };
};

const sort: Make = (spec, context) => {
  const fields = parseSort(objectFor(spec, '$sort', 15973));
  if (fields.length === 0) throw new CommandError(15976, '$sort stage must have at least one sort key');
  return (docs) => sortItems(docs, (doc) => doc, fields, context.text);
};

const stages = new Map<string, Make>([
  [
    '$match',
    (spec, context) => {
      const { test } = compileMatch(objectFor(spec, '$match', 15959), context);
      return function* (docs) {
        for (const doc of docs) if (test(doc)) yield doc;
      };
    },
  ],
  ['$sort', sort],
  [
    '$skip',
    (spec, _context, name) => {
      const skipped = whole(spec, name, 0, 5107200);
      return function* (docs) {
        let at = 0;
        for (const doc of docs) if (at++ >= skipped) yield doc;
      };
    },
  ],
  [
    '$limit',
    (spec, _context, name) => {
      const limit = whole(spec, name, 1, 5107201);
      return function* (docs) {
        let left = limit;
        for (const doc of docs) {
          yield doc;
          if (--left === 0) return;
        }
      };
    },
  ],
  [
    '$project',
    (spec, context) => {
      const options = objectFor(spec, '$project', 15969);
      if (keysOf(options).length === 0)
        throw new CommandError(
          51272,
          'Invalid $project :: caused by :: projection specification must have at least one field',
        );
      return each(compileProjection(options, context, false));
    },
  ],
  ['$addFields', (spec, context, name) => each(compileAddFields(objectFor(spec, name, 40272), context))],
  ['$set', (spec, context, name) => each(compileAddFields(objectFor(spec, name, 40272), context))],
  ['$unset', unset],
  [
    '$replaceRoot',
    (spec, context, name) => {
      const options = objectFor(spec, name, 40229);
      if (!('newRoot' in options))
        throw new CommandError(40231, 'no newRoot specified for the $replaceRoot stage');
      return replaceRoot(options.newRoot, context);
    },
  ],
  ['$replaceWith', (spec, context) => replaceRoot(spec, context)],
  ['$group', (spec, context) => compileGroup(spec, context)],
  [
    '$sortByCount',
    (spec, context) => {
      const group = compileGroup({ _id: spec, count: { $sum: 1 } }, context);
      const order = sort({ count: -1 }, context, '$sort');
      return (docs) => order(group(docs));
    },
  ],
  ['$count', count],
  ['$unwind', unwind],
  ['$lookup', lookup],
  ['$graphLookup', graphLookup],
  ['$facet', facet],
  ['$bucket', bucket],
  ['$redact', redact],
  ['$unionWith', unionWith],
  ['$sample', sample],
  [
    '$documents',
    (spec, context) => {
      const list = compile(spec, context)({ root: {}, variables: baseVariables(context.variables) });
      if (!Array.isArray(list) || !list.every(isDoc))
        throw new CommandError(5858203, 'an array of objects is expected for $documents');
      return () => list;
    },
  ],
  ...borrowedStages.map((name): [string, Make] => [
    name,
    (spec, context) => borrowedStage(name, spec, context),
  ]),
]);

/** Makes a pipeline ready for use. Errors: 40323, 40324 for a stage that is none, and those of the stages. */
export const compilePipeline = (pipeline: readonly Value[], context: StageContext): Stage => {
  const compiled = pipeline.map((stage) => {
    if (!isDoc(stage)) throw new CommandError(14, "Each element of the 'pipeline' array must be an object");
    const [name, ...others] = keysOf(stage);
    if (name === undefined || others.length > 0)
      throw new CommandError(40323, 'A pipeline stage specification object must contain exactly one field.');
    if (name === '$out' || name === '$merge')
      throw new CommandError(40601, `${name} can only be the final stage in the pipeline`);
    if (name === '$changeStream')
      throw new CommandError(
        40573,
        'The $changeStream stage is only supported on replica sets with an oplog, which embedded-mongo does not keep',
      );
    const make = stages.get(name);
    if (!make) throw new CommandError(40324, `Unrecognized pipeline stage name: '${name}'`);
    return make(stage[name], context, name);
  });
  return (docs) => compiled.reduce<Iterable<Doc>>((input, stage) => stage(input), docs);
};
