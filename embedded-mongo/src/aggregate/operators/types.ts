import { Decimal128, Double, Long, ObjectId } from 'bson';
import {
  double,
  isDoc,
  isNumeric,
  Type,
  toNumber,
  truthy,
  typeName,
  typeOf,
  type Value,
} from '../../bson/values.ts';
import { CommandError } from '../../errors.ts';
import { parseTypeSet } from '../../query/type-set.ts';
import { compile } from '../expression.ts';
import { eager, nothing, type Operator } from './operator.ts';

const failed = (value: Value, to: string, why = '') =>
  new CommandError(
    241,
    `Failed to parse or convert ${typeof value === 'string' ? `'${value}'` : typeName(typeOf(value))} to ${to} in $convert with no onError value${why}`,
  );

const numberFrom = (value: Value, to: string): number => {
  if (isNumeric(value)) return toNumber(value)!;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Date && to !== 'int') return value.getTime();
  if (typeof value === 'string') {
    const whole = to === 'int' || to === 'long';
    if ((whole ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/).test(value)) return Number(value);
    if (!whole && /^[+-]?(inf(inity)?|nan)$/i.test(value))
      return Number(value.replace(/inf(inity)?/i, 'Infinity').replace(/nan/i, 'NaN'));
  }
  throw failed(value, to);
};

/** Converts a value to a BSON type as `$convert` does. Errors: 241 when there is no such conversion. */
export const convert = (value: Value, to: number): Value => {
  switch (to) {
    case Type.double:
      return double(numberFrom(value, 'double'));
    case Type.int: {
      const number = Math.trunc(numberFrom(value, 'int'));
      if (!(number >= -2147483648 && number <= 2147483647))
        throw failed(value, 'int', ': the value would overflow');
      return number + 0;
    }
    case Type.long: {
      if (value instanceof Long) return value;
      if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) return Long.fromString(value);
      const number = Math.trunc(numberFrom(value, 'long'));
      if (!(Math.abs(number) <= 2 ** 63)) throw failed(value, 'long', ': the value would overflow');
      return Long.fromNumber(number);
    }
    case Type.decimal:
      if (value instanceof Decimal128) return value;
      if (typeof value === 'string') return Decimal128.fromString(value);
      return Decimal128.fromString(String(value instanceof Long ? value : numberFrom(value, 'decimal')));
    case Type.bool:
      return isNumeric(value) || typeof value === 'boolean' ? truthy(value) : true;
    case Type.string:
      if (typeof value === 'string') return value;
      if (value instanceof Date) return value.toISOString();
      if (value instanceof ObjectId) return value.toHexString();
      if (isNumeric(value) || typeof value === 'boolean')
        return value instanceof Double ? String(value.value) : String(value);
      throw failed(value, 'string');
    case Type.objectId:
      if (value instanceof ObjectId) return value;
      if (typeof value === 'string' && /^[0-9a-f]{24}$/i.test(value))
        return ObjectId.createFromHexString(value);
      throw failed(value, 'objectId');
    case Type.date: {
      if (value instanceof Date) return value;
      if (value instanceof ObjectId) return value.getTimestamp();
      const time =
        typeof value === 'string'
          ? Date.parse(
              /\d{2}:\d{2}.*([Zz]|[+-]\d{2}:?\d{2})$|^\d{4}(-\d{2}){0,2}$/.test(value) ? value : `${value}Z`,
            )
          : typeof value === 'boolean' ||
              (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31)
            ? Number.NaN
            : numberFrom(value, 'date');
      if (Number.isNaN(time)) throw failed(value, 'date');
      return new Date(time);
    }
    default:
      throw failed(value, typeName(to));
  }
};

const to = (type: number): Operator =>
  eager(1, 1, ([value]) => (nothing(value) ? null : convert(value, type)));

const convert$: Operator = (argument, scope) => {
  if (!isDoc(argument) || !('input' in argument) || !('to' in argument))
    throw new CommandError(9, "Missing 'input' or 'to' parameter to $convert");
  const [input, type, onError, onNull] = ['input', 'to', 'onError', 'onNull'].map((key) =>
    key in argument ? compile(argument[key], scope) : undefined,
  );
  return (env) => {
    const value = input!(env);
    if (nothing(value)) return onNull ? onNull(env) : null;
    const wanted = type!(env);
    if (nothing(wanted)) return null;
    const [code] = parseTypeSet(isDoc(wanted) ? wanted.type : wanted, '$convert');
    if (!onError) return convert(value, code!);
    try {
      return convert(value, code!);
    } catch (error) {
      if (error instanceof CommandError && error.code === 241) return onError(env);
      throw error;
    }
  };
};

export const types: [string, Operator][] = [
  ['$toInt', to(Type.int)],
  ['$toLong', to(Type.long)],
  ['$toDouble', to(Type.double)],
  ['$toDecimal', to(Type.decimal)],
  ['$toBool', to(Type.bool)],
  ['$toString', to(Type.string)],
  ['$toObjectId', to(Type.objectId)],
  ['$toDate', to(Type.date)],
  ['$convert', convert$],
  ['$type', eager(1, 1, ([value]) => typeName(typeOf(value)))],
  ['$isNumber', eager(1, 1, ([value]) => isNumeric(value))],
];
