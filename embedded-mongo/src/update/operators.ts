import { Long, type Timestamp } from 'bson';
import { calculate, kindOf } from '../aggregate/operators/arithmetic.ts';
import { compare, equal, type TextOrder } from '../bson/compare.ts';
import {
  clone,
  type Doc,
  isDoc,
  isNumeric,
  keysOf,
  toNumber,
  typeName,
  typeOf,
  type Value,
} from '../bson/values.ts';
import { CommandError, failedToParse, typeMismatch } from '../errors.ts';
import { compileMatch, type MatchContext } from '../query/match.ts';
import { compareBy, parseSort } from '../query/sort.ts';

/** Stands for a field that does not exist. */
export const missing = Symbol('missing');

/** What an update operator makes of the value it finds. */
export interface Change {
  /** Nothing is made on the way to a field that does not exist. */
  readonly onlyExisting: boolean;
  /** The new value; `missing` removes the field. */
  compute(value: Value | typeof missing): Value | typeof missing;
}

interface Context extends MatchContext {
  readonly text?: TextOrder | undefined;
  readonly now: { readonly date: Date; readonly timestamp: Timestamp };
}
type Make = (operand: Value, path: string, context: Context) => Change;

const arrayOf = (value: Value | typeof missing, path: string): Value[] => {
  if (!Array.isArray(value))
    throw new CommandError(
      2,
      `The field '${path}' must be an array but is of type ${typeName(typeOf(value as Value))} in document`,
    );
  return value;
};

const arithmetic =
  (operator: '$inc' | '$mul'): Make =>
  (operand, path) => {
    if (!isNumeric(operand))
      throw typeMismatch(
        `Cannot ${operator === '$inc' ? 'increment' : 'multiply'} with non-numeric argument: {${path}: ${JSON.stringify(operand)}}`,
      );
    return {
      onlyExisting: false,
      compute: (value) => {
        if (value === missing) return operator === '$inc' ? operand : calculate('multiply', operand, 0);
        if (!isNumeric(value))
          throw typeMismatch(
            `Cannot apply ${operator} to a value of non-numeric type. {_id: …} has the field '${path.split('.').at(-1)}' of non-numeric type ${typeName(typeOf(value))}`,
          );
        return calculate(operator === '$inc' ? 'add' : 'multiply', value, operand, () => {
          throw new CommandError(
            2,
            `Failed to apply ${operator} operations to current value ((NumberLong)${String(value)}) for document`,
          );
        });
      },
    };
  };

const extreme =
  (sign: 1 | -1): Make =>
  (operand, _path, { text }) => ({
    onlyExisting: false,
    compute: (value) => (value === missing || compare(operand, value, text) * sign < 0 ? operand : value),
  });

const each = (
  operand: Value,
  operator: string,
  known: readonly string[],
): { values: Value[]; options: Doc } => {
  if (!isDoc(operand) || !Object.hasOwn(operand, '$each')) return { values: [operand], options: {} };
  for (const key of keysOf(operand))
    if (!known.includes(key)) throw new CommandError(2, `Unrecognized clause in ${operator}: ${key}`);
  if (!Array.isArray(operand.$each))
    throw typeMismatch(
      `The argument to $each in ${operator} must be an array but it was of type ${typeName(typeOf(operand.$each))}`,
    );
  return { values: operand.$each, options: operand };
};

const whole = (value: Value, what: string): number => {
  const number = toNumber(value);
  if (number === undefined || !Number.isInteger(number))
    throw new CommandError(
      2,
      `The value for ${what} must be an integer value but was given type: ${typeName(typeOf(value))}`,
    );
  return number;
};

const push: Make = (operand, path, { text }) => {
  const { values, options } = each(operand, '$push', ['$each', '$slice', '$sort', '$position']);
  const position = options.$position === undefined ? undefined : whole(options.$position, '$position');
  const slice = options.$slice === undefined ? undefined : whole(options.$slice, '$slice');
  let order: ((a: Value, b: Value) => number) | undefined;
  if (isDoc(options.$sort)) {
    parseSort(options.$sort);
    const docs = compareBy(options.$sort, text);
    order = (a, b) => docs(isDoc(a) ? a : {}, isDoc(b) ? b : {});
  } else if (options.$sort !== undefined) {
    const direction = toNumber(options.$sort);
    if (direction !== 1 && direction !== -1)
      throw new CommandError(2, 'The $sort element value must be either 1 or -1');
    order = (a, b) => compare(a, b, text) * direction;
  }
  return {
    onlyExisting: false,
    compute: (value) => {
      const items = value === missing ? [] : [...arrayOf(value, path)];
      const at =
        position === undefined
          ? items.length
          : position < 0
            ? Math.max(0, items.length + position)
            : position;
      items.splice(at, 0, ...values.map(clone));
      if (order) items.sort(order);
      if (slice === undefined) return items;
      return slice >= 0 ? items.slice(0, slice) : items.slice(slice);
    },
  };
};

const addToSet: Make = (operand, path, { text }) => {
  const { values } = each(operand, '$addToSet', ['$each']);
  return {
    onlyExisting: false,
    compute: (value) => {
      const items = value === missing ? [] : [...arrayOf(value, path)];
      for (const added of values)
        if (!items.some((item) => equal(item, added, text))) items.push(clone(added));
      return items;
    },
  };
};

const pull: Make = (operand, path, context) => {
  const operators = isDoc(operand) && keysOf(operand)[0]?.startsWith('$');
  const filter = isDoc(operand) && !operators ? compileMatch(operand, context) : undefined;
  const value = filter
    ? undefined
    : compileMatch({ value: operators || !isDoc(operand) ? operand : { $eq: operand } }, context);
  const array = Array.isArray(operand);
  return {
    onlyExisting: true,
    compute: (found) => {
      if (found === missing) return missing;
      return arrayOf(found, path).filter((item) => {
        if (filter) return !(isDoc(item) && filter.test(item));
        if (array) return !equal(item, operand, context.text);
        return !value!.test({ value: item });
      });
    },
  };
};

const pullAll: Make = (operand, path, { text }) => {
  if (!Array.isArray(operand))
    throw new CommandError(
      2,
      `$pullAll requires an array argument but was given a ${typeName(typeOf(operand))}`,
    );
  return {
    onlyExisting: true,
    compute: (value) =>
      value === missing
        ? missing
        : arrayOf(value, path).filter((item) => !operand.some((other) => equal(item, other, text))),
  };
};

const pop: Make = (operand, path) => {
  const side = toNumber(operand);
  if (side === undefined) throw failedToParse(`Expected a number in: ${path}: ${String(operand)}`);
  if (side !== 1 && side !== -1) throw failedToParse(`$pop expects 1 or -1, found: ${side}`);
  return {
    onlyExisting: true,
    compute: (value) => {
      if (value === missing) return missing;
      if (!Array.isArray(value))
        throw typeMismatch(
          `Path '${path}' contains an element of non-array type '${typeName(typeOf(value))}'`,
        );
      return side === 1 ? value.slice(0, -1) : value.slice(1);
    },
  };
};

const bit: Make = (operand, path) => {
  if (!isDoc(operand) || keysOf(operand).length === 0)
    throw new CommandError(
      2,
      `The $bit modifier is not compatible with a ${typeName(typeOf(operand))}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`,
    );
  const steps = keysOf(operand).map((name) => {
    const by = operand[name];
    if (!['and', 'or', 'xor'].includes(name))
      throw new CommandError(
        2,
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator`,
      );
    if (kindOf(by) !== 'int' && kindOf(by) !== 'long')
      throw new CommandError(
        2,
        `The $bit modifier field must be an Integer(32/64 bit); a '${typeName(typeOf(by))}' is not supported here`,
      );
    return { name, by: BigInt(String(by)), long: by instanceof Long };
  });
  return {
    onlyExisting: false,
    compute: (value) => {
      if (value !== missing && kindOf(value) !== 'int' && kindOf(value) !== 'long')
        throw new CommandError(
          2,
          `Cannot apply $bit to a value of non-integral type: the field '${path}' is of type ${typeName(typeOf(value))}`,
        );
      let bits = value === missing ? 0n : BigInt(String(value));
      for (const { name, by } of steps)
        bits = name === 'and' ? bits & by : name === 'or' ? bits | by : bits ^ by;
      return value instanceof Long || steps.some(({ long }) => long) ? Long.fromBigInt(bits) : Number(bits);
    },
  };
};

const currentDate: Make = (operand, path, { now }) => {
  const kind = isDoc(operand) ? operand.$type : operand === true || operand === false ? 'date' : undefined;
  if (kind !== 'date' && kind !== 'timestamp')
    throw new CommandError(
      2,
      `${path}: the '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}`,
    );
  return { onlyExisting: false, compute: () => (kind === 'date' ? now.date : now.timestamp) };
};

const set: Make = (operand) => ({ onlyExisting: false, compute: () => clone(operand) });

/** The update operators, by name. `$rename` moves between two paths and is handled where updates are applied. */
export const makeChange: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['$set', set],
  ['$setOnInsert', set],
  ['$unset', () => ({ onlyExisting: true, compute: () => missing })],
  ['$inc', arithmetic('$inc')],
  ['$mul', arithmetic('$mul')],
  ['$min', extreme(1)],
  ['$max', extreme(-1)],
  ['$push', push],
  ['$addToSet', addToSet],
  ['$pull', pull],
  ['$pullAll', pullAll],
  ['$pop', pop],
  ['$bit', bit],
  ['$currentDate', currentDate],
]);
