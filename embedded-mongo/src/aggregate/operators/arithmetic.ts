import { Decimal128, Long } from 'bson';
import { divideDecimals, type Exact, fromDecimal, toDecimal } from '../../bson/decimal.ts';
import {
  double,
  integer,
  isInt32,
  isNumeric,
  Type,
  toNumber,
  typeName,
  typeOf,
  type Value,
} from '../../bson/values.ts';
import { CommandError } from '../../errors.ts';
import { eager, nothing, type Operator } from './operator.ts';

type Kind = 'int' | 'long' | 'double' | 'decimal';
const kinds: Record<number, Kind> = {
  [Type.int]: 'int',
  [Type.long]: 'long',
  [Type.double]: 'double',
  [Type.decimal]: 'decimal',
};
const order: Kind[] = ['int', 'long', 'double', 'decimal'];
export const kindOf = (value: Value): Kind => kinds[typeOf(value)]!;
const wider = (a: Kind, b: Kind): Kind => (order.indexOf(a) > order.indexOf(b) ? a : b);
const int64 = (value: Value): bigint => (value instanceof Long ? value.toBigInt() : BigInt(toNumber(value)!));
const fits = (value: bigint): boolean => BigInt.asIntN(64, value) === value;

const ops = {
  add: { plain: (a: number, b: number) => a + b, big: (a: bigint, b: bigint) => a + b },
  subtract: { plain: (a: number, b: number) => a - b, big: (a: bigint, b: bigint) => a - b },
  multiply: { plain: (a: number, b: number) => a * b, big: (a: bigint, b: bigint) => a * b },
} as const;

const decimals = (operation: keyof typeof ops, left: Exact, right: Exact): Value => {
  if (operation === 'multiply')
    return toDecimal({ digits: left.digits * right.digits, scale: left.scale + right.scale });
  const scale = Math.max(left.scale, right.scale);
  const a = left.digits * 10n ** BigInt(scale - left.scale);
  const b = right.digits * 10n ** BigInt(scale - right.scale);
  return toDecimal({ digits: operation === 'add' ? a + b : a - b, scale });
};

/**
 * Adds, subtracts or multiplies two numbers with MongoDB's types: the wider type of the two, int32 growing into int64.
 * `overflow` says what to do when int64 does not suffice: expressions go on in double, updates fail.
 */
export const calculate = (
  operation: keyof typeof ops,
  left: Value,
  right: Value,
  overflow?: () => never,
): Value => {
  if (typeof left === 'number' && typeof right === 'number') {
    const result = ops[operation].plain(left, right);
    if (isInt32(left) && isInt32(right)) {
      if (isInt32(result)) return result;
      if (Object.is(result, -0)) return 0;
      if (Number.isSafeInteger(result)) return Long.fromNumber(result);
    } else return double(result);
  }
  const kind = wider(kindOf(left), kindOf(right));
  if (kind === 'int' || kind === 'long') {
    const result = ops[operation].big(int64(left), int64(right));
    if (!fits(result)) return overflow ? overflow() : double(Number(result));
    return kind === 'long' ? Long.fromBigInt(result) : integer(result);
  }
  if (kind === 'double') return double(ops[operation].plain(toNumber(left)!, toNumber(right)!));
  const a = fromDecimal(left);
  const b = fromDecimal(right);
  return a && b
    ? decimals(operation, a, b)
    : Decimal128.fromString(String(ops[operation].plain(toNumber(left)!, toNumber(right)!)));
};

const numeric = (value: Value, name: string, code: number): void => {
  if (!isNumeric(value))
    throw new CommandError(code, `${name} only supports numeric types, not ${typeName(typeOf(value))}`);
};

/** `$add` over already evaluated values: numbers, and at most one date. */
export const addAll = (values: readonly Value[], name = '$add'): Value => {
  if (values.some(nothing)) return null;
  let date: Date | undefined;
  let sum: Value = 0;
  for (const value of values) {
    if (value instanceof Date) {
      if (date) throw new CommandError(16612, 'only one date allowed in an $add expression');
      date = value;
    } else {
      if (!isNumeric(value))
        throw new CommandError(
          14,
          `${name} only supports numeric or date types, not ${typeName(typeOf(value))}`,
        );
      sum = calculate('add', sum, value);
    }
  }
  return date ? new Date(date.getTime() + Math.round(toNumber(sum)!)) : sum;
};

const subtract = ([left, right]: Value[]): Value => {
  if (nothing(left) || nothing(right)) return null;
  if (left instanceof Date && right instanceof Date) return Long.fromNumber(left.getTime() - right.getTime());
  if (left instanceof Date && isNumeric(right))
    return new Date(left.getTime() - Math.round(toNumber(right)!));
  if (!isNumeric(left) || !isNumeric(right))
    throw new CommandError(14, `can't $subtract ${typeName(typeOf(right))} from ${typeName(typeOf(left))}`);
  return calculate('subtract', left, right);
};

/** Divides two numbers: always a double, or a decimal when one of them is. */
export const divide = (left: Value, right: Value): Value => {
  if (nothing(left) || nothing(right)) return null;
  if (!isNumeric(left) || !isNumeric(right))
    throw new CommandError(
      14,
      `$divide only supports numeric types, not ${typeName(typeOf(left))} and ${typeName(typeOf(right))}`,
    );
  if (toNumber(right) === 0) throw new CommandError(2, "can't $divide by zero");
  if (kindOf(left) === 'decimal' || kindOf(right) === 'decimal') {
    const a = fromDecimal(left);
    const b = fromDecimal(right);
    if (a && b) return divideDecimals(a, b);
  }
  return double(toNumber(left)! / toNumber(right)!);
};

const mod = ([left, right]: Value[]): Value => {
  if (nothing(left) || nothing(right)) return null;
  numeric(left, '$mod', 16611);
  numeric(right, '$mod', 16611);
  if (toNumber(right) === 0) throw new CommandError(16610, "can't $mod by zero");
  const kind = wider(kindOf(left), kindOf(right));
  if (kind === 'int' || kind === 'long') {
    const result = int64(left) % int64(right);
    return kind === 'long' ? Long.fromBigInt(result) : integer(result);
  }
  const result = toNumber(left)! % toNumber(right)!;
  return kind === 'decimal' ? Decimal128.fromString(String(result)) : double(result);
};

/** A function of one number that keeps the number's type, such as `$abs` or `$ceil`. */
const keepingType = (compute: (value: number) => number, whole: boolean): Operator =>
  eager(1, 1, ([value], _scope, name) => {
    if (nothing(value)) return null;
    numeric(value, name, 28765);
    const kind = kindOf(value);
    if (kind === 'int') return whole ? value : integer(compute(toNumber(value)!));
    if (kind === 'long') {
      if (whole) return value;
      const big = int64(value);
      return Long.fromBigInt(big < 0n ? -big : big);
    }
    const result = compute(toNumber(value)!);
    return kind === 'decimal' ? Decimal128.fromString(String(result)) : double(result);
  });

/** Rounds half to even, as `$round` does. */
const roundHalfEven = (value: number): number => {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
};

const rounding = (compute: (value: number) => number): Operator =>
  eager(1, 2, ([value, digits = 0], _scope, name) => {
    if (nothing(value) || digits === null) return null;
    numeric(value, name, 51081);
    const place = toNumber(digits);
    if (place === undefined || !Number.isInteger(place) || place < -20 || place > 100)
      throw new CommandError(
        51082,
        `precision argument to ${name} must be a integral value between -20 and 100`,
      );
    const kind = kindOf(value);
    if ((kind === 'int' || kind === 'long') && place >= 0) return value;
    const number = toNumber(value)!;
    if (!Number.isFinite(number)) return value;
    const scaled = Number(`${number}e${place}`);
    const shifted = Number.isNaN(scaled) ? number * 10 ** place : scaled;
    const rounded = compute(shifted);
    const back = Number(`${rounded}e${-place}`);
    const result = Number.isNaN(back) ? rounded / 10 ** place : back;
    if (kind === 'int') return integer(result);
    if (kind === 'long') return Long.fromNumber(result);
    return kind === 'decimal' ? Decimal128.fromString(String(result)) : double(result);
  });

/** A function of doubles, such as `$sqrt`. */
const real = (
  count: number,
  compute: (...values: number[]) => number,
  check?: (name: string, ...values: number[]) => void,
): Operator =>
  eager(count, count, (values, _scope, name) => {
    if (values.some(nothing)) return null;
    for (const value of values) numeric(value, name, 28765);
    const numbers = values.map((value) => toNumber(value)!);
    check?.(name, ...numbers);
    return double(compute(...numbers));
  });

const positive = (code: number) => (name: string, value: number) => {
  if (!(value > 0) && !Number.isNaN(value))
    throw new CommandError(code, `${name}'s argument must be a positive number, but is ${value}`);
};

const pow = eager(2, 2, ([base, exponent], _scope, name) => {
  if (nothing(base) || nothing(exponent)) return null;
  numeric(base, name, 28762);
  numeric(exponent, name, 28763);
  const [a, b] = [toNumber(base)!, toNumber(exponent)!];
  if (a === 0 && b < 0) throw new CommandError(28764, '$pow cannot take a base of 0 and a negative exponent');
  const result = a ** b;
  const kind = wider(kindOf(base), kindOf(exponent));
  if ((kind === 'int' || kind === 'long') && Number.isSafeInteger(result))
    return kind === 'long' ? Long.fromNumber(result) : integer(result);
  return double(result);
});

export const arithmetic: [string, Operator][] = [
  ['$add', eager(0, Number.POSITIVE_INFINITY, (values) => addAll(values))],
  ['$subtract', eager(2, 2, subtract)],
  [
    '$multiply',
    eager(0, Number.POSITIVE_INFINITY, (values, _scope, name) => {
      if (values.some(nothing)) return null;
      let product: Value = 1;
      for (const value of values) {
        numeric(value, name, 14);
        product = calculate('multiply', product, value);
      }
      return product;
    }),
  ],
  ['$divide', eager(2, 2, ([left, right]) => divide(left, right))],
  ['$mod', eager(2, 2, mod)],
  ['$abs', keepingType(Math.abs, false)],
  ['$ceil', keepingType(Math.ceil, true)],
  ['$floor', keepingType(Math.floor, true)],
  ['$round', rounding(roundHalfEven)],
  ['$trunc', rounding(Math.trunc)],
  ['$pow', pow],
  ['$exp', real(1, Math.exp)],
  ['$ln', real(1, Math.log, positive(28766))],
  ['$log10', real(1, Math.log10, positive(28761))],
  ['$log', real(2, (value, base) => Math.log(value) / Math.log(base), positive(28758))],
  [
    '$sqrt',
    real(1, Math.sqrt, (name, value) => {
      if (value < 0) throw new CommandError(28714, `${name}'s argument must be greater than or equal to 0`);
    }),
  ],
  ['$sin', real(1, Math.sin)],
  ['$cos', real(1, Math.cos)],
  ['$tan', real(1, Math.tan)],
  ['$asin', real(1, Math.asin)],
  ['$acos', real(1, Math.acos)],
  ['$atan', real(1, Math.atan)],
  ['$atan2', real(2, Math.atan2)],
  ['$sinh', real(1, Math.sinh)],
  ['$cosh', real(1, Math.cosh)],
  ['$tanh', real(1, Math.tanh)],
  ['$asinh', real(1, Math.asinh)],
  ['$acosh', real(1, Math.acosh)],
  ['$atanh', real(1, Math.atanh)],
  ['$degreesToRadians', real(1, (value) => (value * Math.PI) / 180)],
  ['$radiansToDegrees', real(1, (value) => (value * 180) / Math.PI)],
];
