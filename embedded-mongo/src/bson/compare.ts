import {
  type Binary,
  type BSONRegExp,
  type Code,
  Decimal128,
  Long,
  type ObjectId,
  type Timestamp,
} from 'bson';
import { type Doc, isDoc, isNumeric, keysOf, Type, toNumber, typeOf, type Value } from './values.ts';

/** Compares two texts under a collation, as `Intl.Collator.compare` does. */
export type TextOrder = (left: string, right: string) => number;

/** The order of types in BSON's comparison; types of one rank are compared by value. */
const ranks = new Map<number, number>([
  [Type.minKey, 0],
  [0, 4],
  [Type.undefined, 4],
  [Type.null, 5],
  [Type.int, 10],
  [Type.long, 10],
  [Type.double, 10],
  [Type.decimal, 10],
  [Type.string, 15],
  [Type.symbol, 15],
  [Type.object, 20],
  [Type.array, 25],
  [Type.binData, 30],
  [Type.objectId, 35],
  [Type.bool, 40],
  [Type.date, 45],
  [Type.timestamp, 47],
  [Type.regex, 50],
  [Type.dbPointer, 55],
  [Type.javascript, 60],
  [Type.javascriptWithScope, 65],
  [Type.maxKey, 127],
]);

/** Where a value's type stands in BSON's comparison order. Values are only ordered by `$gt` and its like within one rank. */
export const rankOf = (value: Value): number => ranks.get(typeOf(value))!;

const sign = (number: number): number => (number < 0 ? -1 : number > 0 ? 1 : 0);

/** UTF-8 order of two texts, which is the order of code points and not JavaScript's order of code units. */
export const compareText: TextOrder = (left, right) => {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    let a = left.charCodeAt(index);
    let b = right.charCodeAt(index);
    if (a === b) continue;
    if (a >= 0xd800 && b >= 0xd800) {
      a = a >= 0xe000 ? a - 0x800 : a + 0x2000;
      b = b >= 0xe000 ? b - 0x800 : b + 0x2000;
    }
    return a < b ? -1 : 1;
  }
  return sign(left.length - right.length);
};

/** A number as an exact fraction: `numerator * 10^-scale * 2^-binary`, for comparing across BSON's number types. */
const exact = (value: Value): { numerator: bigint; scale: number; binary: number } => {
  if (value instanceof Long) return { numerator: value.toBigInt(), scale: 0, binary: 0 };
  if (value instanceof Decimal128) {
    const parts = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]\d+))?$/.exec(value.toString())!;
    const fraction = parts[3] ?? '';
    const digits = BigInt(`${parts[1]}${parts[2]}${fraction}`);
    const scale = fraction.length - Number(parts[4] ?? 0);
    return scale < 0
      ? { numerator: digits * 10n ** BigInt(-scale), scale: 0, binary: 0 }
      : { numerator: digits, scale, binary: 0 };
  }
  let number = toNumber(value)!;
  let binary = 0;
  while (!Number.isInteger(number)) {
    number *= 2;
    binary++;
  }
  return { numerator: BigInt(number), scale: 0, binary };
};

/** How far an exact number lies from a double, rounded; 0 when it is the same number. Used by index keys. */
export const distance = (value: Value, from: number): number => {
  const left = exact(value);
  const right = exact(from);
  const scale = 10n ** BigInt(left.scale);
  const numerator = (left.numerator << BigInt(right.binary)) - right.numerator * scale;
  if (numerator === 0n) return 0;
  const denominator = scale << BigInt(right.binary);
  // Scaled so that the quotient keeps 64 significant bits even for the smallest differences.
  const shift = BigInt(Math.max(0, denominator.toString(2).length - numerator.toString(2).length + 64));
  const quotient = Number((numerator << shift) / denominator) / 2 ** Math.min(1023, Number(shift));
  return quotient === 0 ? sign(Number(numerator > 0n ? 1 : -1)) * Number.MIN_VALUE : quotient;
};

const compareNumbers = (left: Value, right: Value): number => {
  if (typeof left === 'number' && typeof right === 'number') {
    if (left < right) return -1;
    if (left > right) return 1;
    if (left === right) return 0;
  }
  const a = toNumber(left)!;
  const b = toNumber(right)!;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : 1;
  if (a !== b) return a < b ? -1 : 1;
  const plain = (value: Value) => !(value instanceof Long) && !(value instanceof Decimal128);
  if ((plain(left) && plain(right)) || !Number.isFinite(a)) return 0;
  const x = exact(left);
  const y = exact(right);
  const l = (x.numerator * 10n ** BigInt(y.scale)) << BigInt(y.binary);
  const r = (y.numerator * 10n ** BigInt(x.scale)) << BigInt(x.binary);
  return l < r ? -1 : l > r ? 1 : 0;
};

const bytesOf = (value: Value): Uint8Array =>
  value instanceof Uint8Array ? value : (value as Binary).buffer.subarray(0, (value as Binary).position);

const compareBinary = (left: Value, right: Value): number => {
  const a = bytesOf(left);
  const b = bytesOf(right);
  if (a.length !== b.length) return a.length < b.length ? -1 : 1;
  const kind = (value: Value) => (value instanceof Uint8Array ? 0 : (value as Binary).sub_type);
  return sign(kind(left) - kind(right)) || Buffer.compare(a, b);
};

const compareDocs = (left: Doc, right: Doc, text: TextOrder): number => {
  const a = keysOf(left);
  const b = keysOf(right);
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = left[a[index]!];
    const y = right[b[index]!];
    const order = sign(rankOf(x) - rankOf(y)) || compareText(a[index]!, b[index]!) || compare(x, y, text);
    if (order) return order;
  }
  return sign(a.length - b.length);
};

const regexParts = (value: Value): [string, string] =>
  value instanceof RegExp
    ? [value.source, value.flags]
    : [(value as BSONRegExp).pattern, (value as BSONRegExp).options];

/** BSON's comparison of two values: -1, 0 or 1. A missing value comes before null. */
export const compare = (left: Value, right: Value, text: TextOrder = compareText): number => {
  if (typeof left === 'string' && typeof right === 'string') return sign(text(left, right));
  if (typeof left === 'number' && typeof right === 'number') return compareNumbers(left, right);
  const rank = rankOf(left);
  const other = rankOf(right);
  if (rank !== other) return rank < other ? -1 : 1;
  switch (rank) {
    case 10:
      return compareNumbers(left, right);
    case 15:
      return sign(text(String(left), String(right)));
    case 20:
      return compareDocs(left as Doc, right as Doc, text);
    case 25: {
      const a = left as Value[];
      const b = right as Value[];
      const length = Math.min(a.length, b.length);
      for (let index = 0; index < length; index++) {
        const order = compare(a[index], b[index], text);
        if (order) return order;
      }
      return sign(a.length - b.length);
    }
    case 30:
      return compareBinary(left, right);
    case 35:
      return Buffer.compare((left as ObjectId).id, (right as ObjectId).id);
    case 40:
      return left === right ? 0 : left ? 1 : -1;
    case 45:
      return sign((left as Date).getTime() - (right as Date).getTime());
    case 47:
      return (left as Timestamp).compare(right as Timestamp);
    case 50: {
      const [a, aFlags] = regexParts(left);
      const [b, bFlags] = regexParts(right);
      return compareText(a, b) || compareText(aFlags, bFlags);
    }
    case 55:
      return Buffer.compare((left as { id: Uint8Array }).id, (right as { id: Uint8Array }).id);
    case 60:
      return compareText((left as Code).code, (right as Code).code);
    case 65:
      return (
        compareText((left as Code).code, (right as Code).code) ||
        compareDocs((left as Code).scope as Doc, (right as Code).scope as Doc, compareText)
      );
    default:
      return 0;
  }
};

/** Whether two values are the same for a query: numbers by value whatever their type, documents field by field in order. */
export const equal = (left: Value, right: Value, text: TextOrder = compareText): boolean =>
  left === right || compare(left, right, text) === 0;

/** Whether two values are the same in every byte: 1 and 1.0 are not. What an update that changes nothing compares by. */
export const identical = (left: Value, right: Value): boolean => {
  if (typeOf(left) !== typeOf(right)) return false;
  if (Array.isArray(left))
    return (
      left.length === (right as Value[]).length &&
      left.every((value, i) => identical(value, (right as Value[])[i]))
    );
  if (isDoc(left)) {
    const a = keysOf(left);
    const b = keysOf(right as Doc);
    return (
      a.length === b.length && a.every((key, i) => key === b[i] && identical(left[key], (right as Doc)[key]))
    );
  }
  if (isNumeric(left)) return Object.is(toNumber(left), toNumber(right)) && String(left) === String(right);
  return compare(left, right) === 0;
};
