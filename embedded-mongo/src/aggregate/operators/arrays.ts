import { compare, equal } from '../../bson/compare.ts';
import {
  clone,
  type Doc,
  getField,
  isDoc,
  isNumeric,
  keysOf,
  removeField,
  setField,
  toNumber,
  truthy,
  typeName,
  typeOf,
  type Value,
} from '../../bson/values.ts';
import { CommandError } from '../../errors.ts';
import { compareBy } from '../../query/sort.ts';
import { compile, type Scope } from '../expression.ts';
import { eager, nothing, type Operator } from './operator.ts';

const many = Number.POSITIVE_INFINITY;
const list = (value: Value, name: string, code: number): Value[] => {
  if (!Array.isArray(value))
    throw new CommandError(
      code,
      `The argument to ${name} must be an array, but was of type: ${typeName(typeOf(value))}`,
    );
  return value;
};
const whole = (value: Value, name: string, code: number): number => {
  const number = toNumber(value);
  if (number === undefined || !Number.isInteger(number))
    throw new CommandError(code, `${name} needs a number representable as a 32-bit integer`);
  return number;
};
const binding = (scope: Scope, ...names: string[]): Scope => ({
  ...scope,
  bound: new Set([...(scope.bound ?? []), ...names]),
});

/** `$map` and `$filter`: an inner expression for each element, bound to a name. */
const each =
  (
    inner: string,
    code: number,
    finish: (items: Value[], results: Value[], limit: number) => Value[],
  ): Operator =>
  (argument, scope, name) => {
    if (!isDoc(argument)) throw new CommandError(code, `${name} only supports an object as its argument`);
    for (const key of Object.keys(argument))
      if (!['input', 'as', inner, 'limit'].includes(key))
        throw new CommandError(code, `Unrecognized parameter to ${name}: ${key}`);
    if (!('input' in argument) || !(inner in argument))
      throw new CommandError(code, `Missing '${'input' in argument ? inner : 'input'}' parameter to ${name}`);
    const as = argument.as === undefined ? 'this' : String(argument.as);
    const input = compile(argument.input, scope);
    const body = compile(argument[inner], binding(scope, as));
    const limit = 'limit' in argument ? compile(argument.limit, scope) : undefined;
    return (env) => {
      const value = input(env);
      if (nothing(value)) return null;
      const items = list(value, name, code);
      const results = items.map((item) =>
        body({ root: env.root, variables: { ...env.variables, [as]: item } }),
      );
      return finish(items, results, (limit && toNumber(limit(env))) ?? many);
    };
  };

const reduce: Operator = (argument, scope) => {
  if (!isDoc(argument) || !('input' in argument) || !('initialValue' in argument) || !('in' in argument))
    throw new CommandError(40075, "$reduce requires 'input', 'initialValue' and 'in' to be specified");
  const input = compile(argument.input, scope);
  const start = compile(argument.initialValue, scope);
  const body = compile(argument.in, binding(scope, 'this', 'value'));
  return (env) => {
    const items = input(env);
    if (nothing(items)) return null;
    return list(items, '$reduce', 40080).reduce<Value>(
      (value, item) => body({ root: env.root, variables: { ...env.variables, value, this: item } }),
      start(env),
    );
  };
};

const elementAt = ([value, at]: Value[], _scope: Scope, name: string): Value => {
  if (nothing(value) || nothing(at)) return null;
  const items = list(value, name, 28689);
  const index = whole(at, name, 28691);
  return items[index < 0 ? items.length + index : index];
};

const slice = ([value, first, count]: Value[], _scope: Scope, name: string): Value => {
  if (nothing(value) || first === null || count === null) return null;
  const items = list(value, name, 28724);
  const start = whole(first, name, 28726);
  if (count === undefined) return start >= 0 ? items.slice(0, start) : items.slice(start);
  const length = whole(count, name, 28728);
  if (length <= 0) throw new CommandError(28729, 'Third argument to $slice must be positive');
  const from = start < 0 ? Math.max(0, items.length + start) : start;
  return items.slice(from, from + length);
};

const distinct = (items: readonly Value[], scope: Scope): Value[] => {
  const sorted = [...items].sort((a, b) => compare(a, b, scope.text));
  return sorted.filter((item, i) => i === 0 || !equal(sorted[i - 1], item, scope.text));
};
const contains = (items: readonly Value[], wanted: Value, scope: Scope): boolean =>
  items.some((item) => equal(item, wanted, scope.text));

const setField$: Operator = (argument, scope, name) => {
  if (!isDoc(argument) || !('field' in argument) || !('input' in argument))
    throw new CommandError(4161102, `${name} requires 'field' and 'input'`);
  const field = compile(argument.field, scope);
  const input = compile(argument.input, scope);
  const value = name === '$unsetField' ? () => undefined : compile(argument.value, scope);
  return (env) => {
    const doc = input(env);
    if (nothing(doc)) return null;
    if (!isDoc(doc)) throw new CommandError(4161105, `${name} requires 'input' to evaluate to type Object`);
    const copy = clone(doc);
    const result = value(env);
    if (result === undefined) removeField(copy, String(field(env)));
    else setField(copy, String(field(env)), result);
    return copy;
  };
};

const getField$: Operator = (argument, scope) => {
  const spec = isDoc(argument) && 'field' in argument ? argument : { field: argument };
  const name = compile(spec.field, scope);
  const input = 'input' in spec ? compile(spec.input, scope) : compile('$$CURRENT', scope);
  return (env) => {
    const doc = input(env);
    return isDoc(doc) ? getField(doc, String(name(env))) : doc === null ? null : undefined;
  };
};

/** Merges documents from left to right; null and missing ones are left out. */
export const mergeObjects = (values: readonly Value[]): Doc => {
  const result: Doc = {};
  for (const value of values) {
    if (nothing(value)) continue;
    if (!isDoc(value))
      throw new CommandError(
        40400,
        `$mergeObjects requires object inputs, but input is of type ${typeName(typeOf(value))}`,
      );
    for (const key of keysOf(value)) setField(result, key, value[key]);
  }
  return result;
};

const arrayToObject = ([value]: Value[]): Value => {
  if (nothing(value)) return null;
  const result: Doc = {};
  for (const item of list(value, '$arrayToObject', 40386)) {
    const [key, held] = Array.isArray(item) ? item : isDoc(item) ? [item.k, item.v] : [];
    if (typeof key !== 'string')
      throw new CommandError(
        40392,
        '$arrayToObject requires an array of key-value pairs, where the key must be of type string',
      );
    setField(result, key, held);
  }
  return result;
};

const range = (values: Value[], _scope: Scope, name: string): Value => {
  const [start, end, step = 1] = values.map((value) => whole(value, name, 34443)) as [
    number,
    number,
    number?,
  ];
  if (step === 0) throw new CommandError(34449, '$range requires a non-zero step value');
  const result: number[] = [];
  for (let at = start; step > 0 ? at < end : at > end; at += step) result.push(at);
  return result;
};

const sortArray: Operator = (argument, scope) => {
  if (!isDoc(argument) || !('input' in argument) || !('sortBy' in argument))
    throw new CommandError(2942502, '$sortArray requires input and sortBy to be specified');
  const input = compile(argument.input, scope);
  const order = isNumeric(argument.sortBy)
    ? (a: Value, b: Value) => compare(a, b, scope.text) * toNumber(argument.sortBy)!
    : compareBy(argument.sortBy as Doc, scope.text);
  return (env) => {
    const value = input(env);
    return nothing(value)
      ? null
      : [...list(value, '$sortArray', 2942504)].sort(order as (a: Value, b: Value) => number);
  };
};

export const arrays: [string, Operator][] = [
  ['$map', each('in', 16883, (_items, results) => results.map((item) => item ?? null))],
  [
    '$filter',
    each('cond', 28646, (items, results, limit) =>
      items.filter((_item, i) => truthy(results[i])).slice(0, limit),
    ),
  ],
  ['$reduce', reduce],
  ['$arrayElemAt', eager(2, 2, elementAt)],
  ['$first', eager(1, 1, ([value], scope, name) => elementAt([value, 0], scope, name))],
  ['$last', eager(1, 1, ([value], scope, name) => elementAt([value, -1], scope, name))],
  ['$slice', eager(2, 3, slice)],
  ['$size', eager(1, 1, ([value], _scope, name) => list(value, name, 17124).length)],
  ['$isArray', eager(1, 1, ([value]) => Array.isArray(value))],
  ['$in', eager(2, 2, ([value, items], scope, name) => contains(list(items, name, 40081), value, scope))],
  [
    '$concatArrays',
    eager(0, many, (values, _scope, name) =>
      values.some(nothing) ? null : values.flatMap((value) => list(value, name, 28664)),
    ),
  ],
  [
    '$reverseArray',
    eager(1, 1, ([value], _scope, name) => (nothing(value) ? null : [...list(value, name, 34435)].reverse())),
  ],
  [
    '$indexOfArray',
    eager(2, 4, ([value, wanted, start = 0, end = many], scope, name) => {
      if (nothing(value)) return null;
      const items = list(value, name, 40090);
      for (let at = toNumber(start)!; at < Math.min(items.length, toNumber(end)!); at++)
        if (equal(items[at], wanted, scope.text)) return at;
      return -1;
    }),
  ],
  ['$range', eager(2, 3, range)],
  ['$sortArray', sortArray],
  ['$arrayToObject', eager(1, 1, arrayToObject)],
  [
    '$objectToArray',
    eager(1, 1, ([value]) => {
      if (nothing(value)) return null;
      if (!isDoc(value))
        throw new CommandError(
          40390,
          `$objectToArray requires a document input, found: ${typeName(typeOf(value))}`,
        );
      return keysOf(value).map((key) => ({ k: key, v: value[key] }));
    }),
  ],
  [
    '$mergeObjects',
    eager(0, many, (values) =>
      mergeObjects(values.length === 1 && Array.isArray(values[0]) ? values[0] : values),
    ),
  ],
  ['$setField', setField$],
  ['$unsetField', setField$],
  ['$getField', getField$],
  [
    '$setUnion',
    eager(0, many, (values, scope, name) =>
      values.some(nothing)
        ? null
        : distinct(
            values.flatMap((value) => list(value, name, 17043)),
            scope,
          ),
    ),
  ],
  [
    '$setIntersection',
    eager(0, many, (values, scope, name) => {
      if (values.some(nothing)) return null;
      const [first = [], ...rest] = values.map((value) => list(value, name, 17047));
      return distinct(
        first.filter((item) => rest.every((other) => contains(other, item, scope))),
        scope,
      );
    }),
  ],
  [
    '$setDifference',
    eager(2, 2, ([left, right], scope, name) =>
      nothing(left) || nothing(right)
        ? null
        : distinct(
            list(left, name, 17048).filter((item) => !contains(list(right, name, 17049), item, scope)),
            scope,
          ),
    ),
  ],
  [
    '$setEquals',
    eager(2, many, (values, scope, name) => {
      const [first, ...rest] = values.map((value) => list(value, name, 17044));
      return rest.every(
        (other) =>
          other.every((item) => contains(first!, item, scope)) &&
          first!.every((item) => contains(other, item, scope)),
      );
    }),
  ],
  [
    '$setIsSubset',
    eager(2, 2, ([left, right], scope, name) =>
      list(left, name, 17046).every((item) => contains(list(right, name, 17042), item, scope)),
    ),
  ],
  ['$allElementsTrue', eager(1, 1, ([value], _scope, name) => list(value, name, 17040).every(truthy))],
  ['$anyElementTrue', eager(1, 1, ([value], _scope, name) => list(value, name, 17041).some(truthy))],
];
