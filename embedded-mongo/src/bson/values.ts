import { Double, Int32, Long } from 'bson';

/**
 * How documents look inside the server. Everything is what the `bson` package uses, with one convention for numbers
 * that keeps their type without wrapping each: a JavaScript number is an int32 when it is a whole number in its range
 * (and not -0), otherwise a double. A double that would be mistaken for an int32 is a `Double`; int64 is always `Long`.
 */
export type Value = unknown;
/** A document; the order of its fields is `keysOf`, since JavaScript moves number-like names to the front. */
export type Doc = { [field: string]: Value };

/** Where a document with number-like field names keeps the order in which they were written. */
const fieldOrder = Symbol('field order');
type Ordered = Doc & { [fieldOrder]?: string[] };

/** BSON's deprecated `undefined`, kept apart from a missing field. */
export class BsonUndefined {
  readonly _bsontype = 'Undefined';
}
/** BSON's deprecated pointer to a document, kept as it came. */
export class DbPointer {
  readonly _bsontype = 'DBPointer';
  readonly namespace: string;
  readonly id: Uint8Array;
  constructor(namespace: string, id: Uint8Array) {
    this.namespace = namespace;
    this.id = id;
  }
}

const numberLike = (key: string): boolean => {
  const first = key.charCodeAt(0);
  return first >= 48 && first <= 57 && /^(0|[1-9]\d{0,9})$/.test(key);
};

/** The document's field names in the order of the document. */
export const keysOf = (doc: Doc): string[] => (doc as Ordered)[fieldOrder] ?? Object.keys(doc);

/** Sets a field: in place when it exists, otherwise as the last one. */
export const setField = (doc: Doc, key: string, value: Value): void => {
  const ordered = doc as Ordered;
  const order = ordered[fieldOrder];
  if (order) {
    if (!Object.hasOwn(doc, key)) order.push(key);
  } else if (numberLike(key) && !Object.hasOwn(doc, key)) {
    Object.defineProperty(ordered, fieldOrder, { value: [...Object.keys(doc), key], configurable: true });
  }
  if (key === '__proto__')
    Object.defineProperty(doc, key, { value, enumerable: true, writable: true, configurable: true });
  else doc[key] = value;
};

/** Removes a field; missing fields are no error. */
export const removeField = (doc: Doc, key: string): void => {
  const order = (doc as Ordered)[fieldOrder];
  if (order) {
    const at = order.indexOf(key);
    if (at >= 0) order.splice(at, 1);
  }
  delete doc[key];
};

/** The value of a document's own field; never something inherited. */
export const getField = (doc: Doc, key: string): Value => (Object.hasOwn(doc, key) ? doc[key] : undefined);

/** A document, as opposed to an array or any scalar. */
export const isDoc = (value: Value): value is Doc =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !(value instanceof RegExp) &&
  !(value instanceof Uint8Array) &&
  (value as { _bsontype?: unknown })._bsontype === undefined;

/** A deep copy of documents and arrays; scalars are shared because nothing changes them. */
export const clone = <T extends Value>(value: T): T => {
  if (Array.isArray(value)) return value.map(clone) as T;
  if (!isDoc(value)) return value;
  const copy: Doc = {};
  for (const key of keysOf(value)) setField(copy, key, clone(value[key]));
  return copy as T;
};

/** BSON type numbers, as `$type` takes them. */
export const Type = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  dbPointer: 12,
  javascript: 13,
  symbol: 14,
  javascriptWithScope: 15,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  minKey: -1,
  maxKey: 127,
} as const;

const typeNames = new Map<number, string>(Object.entries(Type).map(([name, code]) => [code, name]));
/** The name of a BSON type number, as `$type` gives it. */
export const typeName = (code: number): string =>
  code === 0 ? 'missing' : (typeNames.get(code) ?? 'unknown');

/** Whether a JavaScript number stands for an int32. */
export const isInt32 = (value: number): boolean => (value | 0) === value && !Object.is(value, -0);

/** The BSON type number of a value; 0 for a missing one. */
export const typeOf = (value: Value): number => {
  switch (typeof value) {
    case 'number':
      return isInt32(value) ? Type.int : Type.double;
    case 'string':
      return Type.string;
    case 'boolean':
      return Type.bool;
    case 'bigint':
      return Type.long;
    case 'undefined':
      return 0;
    case 'object':
      break;
    default:
      throw new TypeError(`a ${typeof value} has no BSON type`);
  }
  if (value === null) return Type.null;
  if (Array.isArray(value)) return Type.array;
  if (value instanceof Date) return Type.date;
  if (value instanceof RegExp) return Type.regex;
  if (value instanceof Uint8Array) return Type.binData;
  switch ((value as { _bsontype?: string })._bsontype) {
    case undefined:
    case 'DBRef':
      return Type.object;
    case 'Double':
      return Type.double;
    case 'Int32':
      return Type.int;
    case 'Long':
      return Type.long;
    case 'Decimal128':
      return Type.decimal;
    case 'ObjectId':
      return Type.objectId;
    case 'Binary':
      return Type.binData;
    case 'Timestamp':
      return Type.timestamp;
    case 'BSONRegExp':
      return Type.regex;
    case 'MinKey':
      return Type.minKey;
    case 'MaxKey':
      return Type.maxKey;
    case 'Code':
      return (value as { scope?: unknown }).scope ? Type.javascriptWithScope : Type.javascript;
    case 'BSONSymbol':
      return Type.symbol;
    case 'Undefined':
      return Type.undefined;
    case 'DBPointer':
      return Type.dbPointer;
    default:
      throw new TypeError(`unknown BSON value ${String((value as { _bsontype?: string })._bsontype)}`);
  }
};

/** Whether a value is a number of any BSON type. */
export const isNumeric = (value: Value): boolean => {
  if (typeof value === 'number') return true;
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint';
  const kind = (value as { _bsontype?: string })._bsontype;
  return kind === 'Double' || kind === 'Int32' || kind === 'Long' || kind === 'Decimal128';
};

/** The nearest JavaScript number of a numeric value; undefined for anything else. */
export const toNumber = (value: Value): number | undefined => {
  if (typeof value === 'number') return value;
  if (!isNumeric(value)) return undefined;
  if (value instanceof Double || value instanceof Int32) return value.value;
  if (value instanceof Long) return value.toNumber();
  return Number(String(value));
};

/** A double in the server's form, boxed only where it would be read as an int32. */
export const double = (value: number): Value => (isInt32(value) ? new Double(value) : value);
/** A whole number as int32 when it fits, else int64. */
export const integer = (value: number | bigint): Value => {
  const number = Number(value);
  return isInt32(number) ? number : Long.fromBigInt(BigInt(value));
};
/** MongoDB's notion of truth: false, zero, null and missing are not. */
export const truthy = (value: Value): boolean =>
  !(
    value === undefined ||
    value === null ||
    value === false ||
    value instanceof BsonUndefined ||
    (isNumeric(value) && toNumber(value) === 0)
  );
