import { compare, equal } from '../bson/compare.ts';
import { type Doc, isDoc, isNumeric, keysOf, setField, toNumber, type Value } from '../bson/values.ts';
import { CommandError } from '../errors.ts';
import { encodeKey } from '../indexes/key.ts';
import { compareValues, parseSort, sortValue } from '../query/sort.ts';
import { baseVariables, compile, type Env, type Scope } from './expression.ts';
import { calculate } from './operators/arithmetic.ts';
import { mergeObjects } from './operators/arrays.ts';
import { average, deviation, extreme } from './operators/totals.ts';

/** Gathers the values of one group. */
interface Accumulator {
  add(env: Env): void;
  result(): Value;
}
type Make = (argument: Value, scope: Scope) => () => Accumulator;

/** An accumulator that needs all values at the end. */
const collecting =
  (finish: (values: Value[], scope: Scope) => Value): Make =>
  (argument, scope) => {
    const evaluate = compile(argument, scope);
    return () => {
      const values: Value[] = [];
      return { add: (env) => void values.push(evaluate(env)), result: () => finish(values, scope) };
    };
  };

/** An accumulator that folds each value into one. */
const folding =
  (start: Value, fold: (total: Value, value: Value, scope: Scope) => Value): Make =>
  (argument, scope) => {
    const evaluate = compile(argument, scope);
    return () => {
      let total = start;
      return {
        add: (env) => {
          total = fold(total, evaluate(env), scope);
        },
        result: () => total,
      };
    };
  };

const count = (argument: Value, scope: Scope, name: string, field: string): ((env: Env) => number) => {
  if (!isDoc(argument) || !('n' in argument) || !(field in argument))
    throw new CommandError(5788001, `${name} requires 'n' and '${field}'`);
  const evaluate = compile(argument.n, scope);
  return (env) => {
    const number = toNumber(evaluate(env));
    if (number === undefined || !Number.isInteger(number) || number <= 0)
      throw new CommandError(5788002, `'n' must be a positive integer for ${name}`);
    return number;
  };
};

/** `$firstN`, `$minN` and their like: `n` values of those seen. */
const several =
  (name: string, take: (values: Value[], n: number, scope: Scope) => Value[]): Make =>
  (argument, scope) => {
    const n = count(argument, scope, name, 'input');
    const evaluate = compile((argument as Doc).input, scope);
    return () => {
      const values: Value[] = [];
      let wanted = 1;
      return {
        add: (env) => {
          wanted = n(env);
          values.push(evaluate(env));
        },
        result: () => take(values, wanted, scope),
      };
    };
  };

/** `$top`, `$bottom` and their like: values by a sort of their documents. */
const ranked =
  (name: string, bottom: boolean, many: boolean): Make =>
  (argument, scope) => {
    if (!isDoc(argument) || !isDoc(argument.sortBy) || !('output' in argument))
      throw new CommandError(5788005, `${name} requires 'output' and 'sortBy'`);
    const n = many ? count(argument, scope, name, 'output') : () => 1;
    const evaluate = compile(argument.output, scope);
    const fields = parseSort(argument.sortBy);
    const order = compareValues(fields, scope.text);
    return () => {
      const rows: { key: Value[]; value: Value }[] = [];
      let wanted = 1;
      return {
        add: (env) => {
          wanted = n(env);
          rows.push({
            key: fields.map((field) => sortValue(env.root as Doc, field, scope.text)),
            value: evaluate(env) ?? null,
          });
        },
        result: () => {
          rows.sort((a, b) => order(a.key, b.key));
          const values = (bottom ? rows.slice(-wanted) : rows.slice(0, wanted)).map((row) => row.value);
          return many ? values : values[0];
        },
      };
    };
  };

const present = (value: Value): boolean => value !== null && value !== undefined;
const sorted = (values: Value[], scope: Scope, sign: number) =>
  values.filter(present).sort((a, b) => compare(a, b, scope.text) * sign);

/** The accumulators of `$group`, `$bucket` and `$setWindowFields`, by name. */
export const accumulators: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['$sum', folding(0, (total, value) => (isNumeric(value) ? calculate('add', total, value) : total))],
  [
    '$count',
    (argument) => {
      if (!isDoc(argument) || keysOf(argument).length > 0)
        throw new CommandError(9, '$count takes no arguments, i.e. $count:{}');
      return () => {
        let total = 0;
        return { add: () => void total++, result: () => total };
      };
    },
  ],
  ['$avg', collecting((values) => average(values))],
  ['$min', folding(null, (least, value, { text }) => extreme([least, value], 1, text))],
  ['$max', folding(null, (most, value, { text }) => extreme([most, value], -1, text))],
  ['$first', collecting((values) => values[0] ?? null)],
  ['$last', collecting((values) => values.at(-1) ?? null)],
  ['$push', collecting((values) => values.filter((value) => value !== undefined))],
  [
    '$addToSet',
    collecting((values, scope) =>
      distinctValues(
        values.filter((value) => value !== undefined),
        scope,
      ),
    ),
  ],
  ['$mergeObjects', collecting((values) => mergeObjects(values))],
  ['$stdDevPop', collecting((values) => deviation(values, false))],
  ['$stdDevSamp', collecting((values) => deviation(values, true))],
  ['$concatArrays', collecting((values) => values.filter(Array.isArray).flat())],
  ['$firstN', several('$firstN', (values, n) => values.slice(0, n).map((value) => value ?? null))],
  ['$lastN', several('$lastN', (values, n) => values.slice(-n).map((value) => value ?? null))],
  ['$minN', several('$minN', (values, n, scope) => sorted(values, scope, 1).slice(0, n))],
  ['$maxN', several('$maxN', (values, n, scope) => sorted(values, scope, -1).slice(0, n))],
  ['$top', ranked('$top', false, false)],
  ['$bottom', ranked('$bottom', true, false)],
  ['$topN', ranked('$topN', false, true)],
  ['$bottomN', ranked('$bottomN', true, true)],
]);

/** The different values among some, first ones first. */
export const distinctValues = (values: readonly Value[], scope: Scope = {}): Value[] => {
  if (scope.text)
    return values.filter((value, i) => values.findIndex((other) => equal(other, value, scope.text)) === i);
  const seen = new Map<string, Value>();
  for (const value of values) {
    const key = encodeKey([value], [1]).toString('latin1');
    if (!seen.has(key)) seen.set(key, value);
  }
  return [...seen.values()];
};

/** The output fields of a `$group`. Errors: 15952 for an unknown accumulator, 40238, 40234. */
export const compileAccumulators = (spec: Doc, scope: Scope): { field: string; make: () => Accumulator }[] =>
  keysOf(spec).map((field) => {
    const value = spec[field];
    if (field.includes('.')) throw new CommandError(40235, `The field name '${field}' cannot contain '.'`);
    if (field.startsWith('$'))
      throw new CommandError(40236, `The field name '${field}' cannot be an operator name`);
    if (!isDoc(value)) throw new CommandError(40234, `The field '${field}' must be an accumulator object`);
    const [name, ...others] = keysOf(value);
    if (name === undefined || others.length > 0)
      throw new CommandError(40238, `The field '${field}' must specify one accumulator`);
    const make = accumulators.get(name);
    if (!make) throw new CommandError(15952, `unknown group operator '${name}'`);
    return { field, make: make(value[name], scope) };
  });

/** `$group`: one document for each value of `_id`. */
export const compileGroup = (spec: Value, scope: Scope): ((docs: Iterable<Doc>) => Iterable<Doc>) => {
  if (!isDoc(spec)) throw new CommandError(15947, "a group's fields must be specified in an object");
  if (!('_id' in spec)) throw new CommandError(15955, 'a group specification must include an _id');
  const id = compile(spec._id, scope);
  const fields = compileAccumulators(
    Object.fromEntries(
      keysOf(spec)
        .filter((key) => key !== '_id')
        .map((key) => [key, spec[key]]),
    ),
    scope,
  );
  const variables = baseVariables(scope.variables);
  return function* (docs) {
    const groups = new Map<string, { id: Value; fields: Accumulator[] }>();
    for (const doc of docs) {
      const env = { root: doc, variables };
      const value = id(env) ?? null;
      const key = encodeKey([value], [1]).toString('latin1');
      let group = groups.get(key);
      if (!group) {
        group = { id: value, fields: fields.map(({ make }) => make()) };
        groups.set(key, group);
      }
      for (const field of group.fields) field.add(env);
    }
    for (const group of groups.values()) {
      const result: Doc = { _id: group.id };
      fields.forEach(({ field }, i) => {
        const value = group.fields[i]!.result();
        setField(result, field, value === undefined ? null : value);
      });
      yield result;
    }
  };
};
