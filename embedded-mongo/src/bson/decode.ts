import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';
import { failedToParse } from '../errors.ts';
import { BsonUndefined, DbPointer, type Doc, isInt32, setField, type Value } from './values.ts';

const malformed = (why: string) => failedToParse(`malformed BSON: ${why}`);

/** A short text without leaving JavaScript when it is plain ASCII, which field names and codes nearly always are. */
const text = (bytes: Buffer, start: number, end: number): string => {
  if (end - start > 20) return bytes.toString('utf8', start, end);
  let result = '';
  for (let at = start; at < end; at++) {
    const code = bytes[at]!;
    if (code > 127) return bytes.toString('utf8', start, end);
    result += String.fromCharCode(code);
  }
  return result;
};

/** The length of the value of a type that starts at an offset. */
export const valueSize = (bytes: Buffer, type: number, at: number): number => {
  switch (type) {
    case 0x01:
    case 0x09:
    case 0x11:
    case 0x12:
      return 8;
    case 0x02:
    case 0x0d:
    case 0x0e:
      return 4 + bytes.readInt32LE(at);
    case 0x03:
    case 0x04:
    case 0x0f:
      return bytes.readInt32LE(at);
    case 0x05:
      return 5 + bytes.readInt32LE(at);
    case 0x06:
    case 0x0a:
    case 0x7f:
    case 0xff:
      return 0;
    case 0x07:
      return 12;
    case 0x08:
      return 1;
    case 0x0b: {
      const pattern = bytes.indexOf(0, at);
      return bytes.indexOf(0, pattern + 1) + 1 - at;
    }
    case 0x0c:
      return 4 + bytes.readInt32LE(at) + 12;
    case 0x10:
      return 4;
    case 0x13:
      return 16;
    default:
      throw malformed(`unknown type 0x${type.toString(16)}`);
  }
};

const decodeValue = (bytes: Buffer, type: number, at: number): Value => {
  switch (type) {
    case 0x01: {
      const number = bytes.readDoubleLE(at);
      return isInt32(number) ? new Double(number) : number;
    }
    case 0x02:
      return text(bytes, at + 4, at + 3 + bytes.readInt32LE(at));
    case 0x03:
      return decodeDocument(bytes, at);
    case 0x04:
      return decodeArray(bytes, at);
    case 0x05: {
      const size = bytes.readInt32LE(at);
      return new Binary(Buffer.from(bytes.subarray(at + 5, at + 5 + size)), bytes[at + 4]!);
    }
    case 0x06:
      return new BsonUndefined();
    case 0x07:
      return new ObjectId(Buffer.from(bytes.subarray(at, at + 12)));
    case 0x08:
      return bytes[at] === 1;
    case 0x09:
      return new Date(bytes.readInt32LE(at + 4) * 4294967296 + bytes.readUInt32LE(at));
    case 0x0a:
      return null;
    case 0x0b: {
      const end = bytes.indexOf(0, at);
      return new BSONRegExp(
        bytes.toString('utf8', at, end),
        bytes.toString('utf8', end + 1, bytes.indexOf(0, end + 1)),
      );
    }
    case 0x0c: {
      const size = bytes.readInt32LE(at);
      const name = bytes.toString('utf8', at + 4, at + 3 + size);
      return new DbPointer(name, Buffer.from(bytes.subarray(at + 4 + size, at + 16 + size)));
    }
    case 0x0d:
      return new Code(bytes.toString('utf8', at + 4, at + 3 + bytes.readInt32LE(at)));
    case 0x0e:
      return new BSONSymbol(bytes.toString('utf8', at + 4, at + 3 + bytes.readInt32LE(at)));
    case 0x0f: {
      const size = bytes.readInt32LE(at + 4);
      return new Code(bytes.toString('utf8', at + 8, at + 7 + size), decodeDocument(bytes, at + 8 + size));
    }
    case 0x10:
      return bytes.readInt32LE(at);
    case 0x11:
      return new Timestamp({ t: bytes.readUInt32LE(at + 4), i: bytes.readUInt32LE(at) });
    case 0x12:
      return new Long(bytes.readInt32LE(at), bytes.readInt32LE(at + 4));
    case 0x13:
      return new Decimal128(Buffer.from(bytes.subarray(at, at + 16)));
    case 0x7f:
      return new MaxKey();
    case 0xff:
      return new MinKey();
    default:
      throw malformed(`unknown type 0x${type.toString(16)}`);
  }
};

const endOf = (bytes: Buffer, start: number): number => {
  if (start + 5 > bytes.length) throw malformed('a document ends too early');
  const size = bytes.readInt32LE(start);
  if (size < 5 || start + size > bytes.length || bytes[start + size - 1] !== 0)
    throw malformed(`a document's size of ${size} bytes does not fit`);
  return start + size - 1;
};

/** Calls back for each element of a document: its type, its name and where its value starts. */
const eachElement = (
  bytes: Buffer,
  start: number,
  visit: (type: number, nameStart: number, nameEnd: number, value: number) => boolean | undefined,
): void => {
  const end = endOf(bytes, start);
  let at = start + 4;
  while (at < end) {
    const type = bytes[at]!;
    let nameEnd = at + 1;
    while (bytes[nameEnd] !== 0) if (++nameEnd >= end) throw malformed('a field name does not end');
    const value = nameEnd + 1;
    const next = value + valueSize(bytes, type, value);
    if (next > end || next < value) throw malformed('a value does not fit into its document');
    if (visit(type, at + 1, nameEnd, value) === false) return;
    at = next;
  }
};

const decodeArray = (bytes: Buffer, start: number): Value[] => {
  const result: Value[] = [];
  eachElement(bytes, start, (type, _name, _end, value) => {
    result.push(decodeValue(bytes, type, value));
    return true;
  });
  return result;
};

/** A document that starts at an offset. Errors: 9 when the bytes are not BSON. */
export const decodeDocument = (bytes: Buffer, start = 0): Doc => {
  const result: Doc = {};
  let ordered = false;
  eachElement(bytes, start, (type, nameStart, nameEnd, value) => {
    const key = text(bytes, nameStart, nameEnd);
    // From the first number-like name on, the order has to be noted field by field.
    ordered ||= isDigit(bytes[nameStart]!) || key === '__proto__';
    if (ordered) setField(result, key, decodeValue(bytes, type, value));
    else result[key] = decodeValue(bytes, type, value);
    return true;
  });
  return result;
};
const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Only some top-level fields of a document: much cheaper than all of it when a filter asks for few. */
export const decodeFields = (bytes: Buffer, fields: ReadonlySet<string>): Doc => {
  const result: Doc = {};
  let missing = fields.size;
  if (missing === 0) return result;
  eachElement(bytes, 0, (type, nameStart, nameEnd, value) => {
    const key = text(bytes, nameStart, nameEnd);
    if (!fields.has(key)) return true;
    setField(result, key, decodeValue(bytes, type, value));
    return --missing > 0;
  });
  return result;
};
