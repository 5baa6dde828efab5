import type { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Long, ObjectId, Timestamp } from 'bson';
import { CommandError } from '../errors.ts';
import { type DbPointer, type Doc, isInt32, keysOf, type Value } from './values.ts';

/** The largest document that may be stored (MongoDB's `maxBsonObjectSize`), in bytes. */
export const maxDocumentSize = 16 * 1024 * 1024;
/** Room for a reply that holds a document of the largest size. */
const largestBuffer = maxDocumentSize * 4;

/** What is kept between documents for building them. */
const keptBuffer = 1024 * 1024;

let scratch = Buffer.allocUnsafe(64 * 1024);
let at = 0;

const room = (bytes: number): undefined => {
  if (at + bytes <= scratch.length) return;
  if (at + bytes > largestBuffer) throw new CommandError(10334, 'BSONObj size is too large to be built');
  const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, at + bytes));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
};

const rawBytes = (bytes: Uint8Array): undefined => {
  room(bytes.length);
  scratch.set(bytes, at);
  at += bytes.length;
};

/** Writes a text and a closing zero; answers how many bytes that were. */
const writeText = (value: string): number => {
  const length = value.length;
  room(length * 3 + 1);
  const start = at;
  if (length < 24) {
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 127) {
        at = start + scratch.write(value, start, 'utf8');
        scratch[at++] = 0;
        return at - start;
      }
      scratch[at++] = code;
    }
  } else at += scratch.write(value, at, 'utf8');
  scratch[at++] = 0;
  return at - start;
};

const writeString = (value: string): undefined => {
  room(4);
  const start = at;
  at += 4;
  const size = writeText(value);
  scratch.writeInt32LE(size, start);
};

const writeInt32 = (value: number): undefined => {
  room(4);
  at = scratch.writeInt32LE(value | 0, at);
};

const writeKey = (type: number, key: string): undefined => {
  room(1);
  scratch[at++] = type;
  writeText(key);
};

const writeElement = (key: string, value: Value): undefined => {
  switch (typeof value) {
    case 'string':
      writeKey(0x02, key);
      return writeString(value);
    case 'number':
      if (isInt32(value)) {
        writeKey(0x10, key);
        return writeInt32(value);
      }
      writeKey(0x01, key);
      room(8);
      at = scratch.writeDoubleLE(value, at);
      return;
    case 'boolean':
      writeKey(0x08, key);
      room(1);
      scratch[at++] = value ? 1 : 0;
      return;
    case 'bigint':
      writeKey(0x12, key);
      room(8);
      at = scratch.writeBigInt64LE(BigInt.asIntN(64, value), at);
      return;
    case 'undefined':
      return;
    case 'object':
      break;
    default:
      throw new TypeError(`a ${typeof value} cannot be written as BSON`);
  }
  if (value === null) return writeKey(0x0a, key);
  if (Array.isArray(value)) {
    writeKey(0x04, key);
    return writeArray(value);
  }
  if (value instanceof Date) {
    writeKey(0x09, key);
    room(8);
    at = scratch.writeBigInt64LE(BigInt(value.getTime()), at);
    return;
  }
  if (value instanceof RawDocument) {
    writeKey(0x03, key);
    return rawBytes(value.bytes);
  }
  if (value instanceof Uint8Array) {
    writeKey(0x05, key);
    writeInt32(value.length);
    room(1);
    scratch[at++] = 0;
    return rawBytes(value);
  }
  if (value instanceof RegExp) {
    writeKey(0x0b, key);
    writeText(value.source);
    writeText(value.flags.replaceAll(/[^imsx]/g, ''));
    return;
  }
  writeBsonValue(key, value);
};

const writeBsonValue = (key: string, value: object): undefined => {
  switch ((value as { _bsontype?: string })._bsontype) {
    case undefined:
      writeKey(0x03, key);
      return writeDocument(value as Doc);
    case 'Double':
      writeKey(0x01, key);
      room(8);
      at = scratch.writeDoubleLE((value as { value: number }).value, at);
      return;
    case 'Int32':
      writeKey(0x10, key);
      return writeInt32((value as { value: number }).value);
    case 'Long':
      writeKey(0x12, key);
      writeInt32((value as Long).low);
      return writeInt32((value as Long).high);
    case 'Decimal128':
      writeKey(0x13, key);
      return rawBytes((value as Decimal128).bytes);
    case 'ObjectId':
      writeKey(0x07, key);
      return rawBytes((value as ObjectId).id);
    case 'Binary': {
      const binary = value as Binary;
      writeKey(0x05, key);
      writeInt32(binary.position);
      room(1);
      scratch[at++] = binary.sub_type;
      return rawBytes(binary.buffer.subarray(0, binary.position));
    }
    case 'Timestamp':
      writeKey(0x11, key);
      writeInt32((value as Timestamp).low);
      return writeInt32((value as Timestamp).high);
    case 'BSONRegExp':
      writeKey(0x0b, key);
      writeText((value as BSONRegExp).pattern);
      writeText((value as BSONRegExp).options);
      return;
    case 'MinKey':
      return writeKey(0xff, key);
    case 'MaxKey':
      return writeKey(0x7f, key);
    case 'Undefined':
      return writeKey(0x06, key);
    case 'BSONSymbol':
      writeKey(0x0e, key);
      return writeString((value as BSONSymbol).value);
    case 'Code': {
      const code = value as Code;
      if (!code.scope) {
        writeKey(0x0d, key);
        return writeString(code.code);
      }
      writeKey(0x0f, key);
      room(4);
      const start = at;
      at += 4;
      writeString(code.code);
      writeDocument(code.scope as Doc);
      scratch.writeInt32LE(at - start, start);
      return;
    }
    case 'DBPointer':
      writeKey(0x0c, key);
      writeString((value as DbPointer).namespace);
      return rawBytes((value as DbPointer).id);
    default:
      throw new TypeError(`cannot write ${String((value as { _bsontype?: string })._bsontype)} as BSON`);
  }
};

const framed = (write: () => void): undefined => {
  room(5);
  const start = at;
  at += 4;
  write();
  room(1);
  scratch[at++] = 0;
  scratch.writeInt32LE(at - start, start);
};

const writeDocument = (doc: Doc): undefined =>
  framed(() => {
    for (const key of keysOf(doc)) writeElement(key, doc[key]);
  });

const writeArray = (values: readonly Value[]): undefined =>
  framed(() => {
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      writeElement(String(index), value === undefined ? null : value);
    }
  });

/** A stored document that goes into a reply as it is, without being decoded. */
export class RawDocument {
  readonly bytes: Buffer;
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/** The BSON of a document. Missing (`undefined`) fields are left out. */
export const encode = (doc: Doc): Buffer => {
  at = 0;
  writeDocument(doc);
  const bytes = Buffer.from(scratch.subarray(0, at));
  if (scratch.length > keptBuffer) scratch = Buffer.allocUnsafe(keptBuffer);
  return bytes;
};

/** The BSON of a document that is to be stored. Errors: 10334 beyond 16 MiB. */
export const encodeForStorage = (doc: Doc): Buffer => {
  const bytes = encode(doc);
  if (bytes.length > maxDocumentSize)
    throw new CommandError(
      10334,
      `BSONObj size: ${bytes.length} (0x${bytes.length.toString(16).toUpperCase()}) is invalid. Size must be between 0 and 16793600(16MB)`,
    );
  return bytes;
};
