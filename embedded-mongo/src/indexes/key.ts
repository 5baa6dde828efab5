import { Binary, type BSONRegExp, type Code, Decimal128, Long, type ObjectId, type Timestamp } from 'bson';
import { distance, rankOf } from '../bson/compare.ts';
import { type Doc, keysOf, toNumber, type Value } from '../bson/values.ts';

/*
 * Index keys: bytes whose order is BSON's comparison order. Each value is a byte for the rank of its type and a payload
 * that ends itself, so the values of a compound key just follow one another. Descending fields have every bit turned.
 * Texts end with 0x00 (0x00 within them is 0x00 0xFF); no rank is 0x00 or, turned, 0xFF, so the end sorts first.
 */

let scratch = Buffer.allocUnsafe(4096);
let at = 0;

const room = (bytes: number): undefined => {
  if (at + bytes <= scratch.length) return;
  const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, at + bytes));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
};
const byte = (value: number): undefined => {
  room(1);
  scratch[at++] = value;
};

/** A double as eight bytes in numeric order: the sign bit turned, and all bits of negative numbers. */
const writeDouble = (value: number): undefined => {
  room(8);
  scratch.writeDoubleBE(value === 0 ? 0 : value, at);
  if (scratch[at]! & 0x80) for (let i = 0; i < 8; i++) scratch[at + i] = ~scratch[at + i]!;
  else scratch[at] = scratch[at]! | 0x80;
  at += 8;
};

/** A number: the nearest double, then how far the number is from it (int64 and decimals can lie between doubles). */
const writeNumber = (value: Value): undefined => {
  const number = toNumber(value)!;
  if (Number.isNaN(number)) {
    room(9);
    scratch.fill(0, at, at + 9);
    at += 9;
    return;
  }
  writeDouble(number);
  const boxed = value instanceof Long || value instanceof Decimal128;
  const rest = boxed && Number.isFinite(number) ? distance(value, number) : 0;
  byte(rest === 0 ? 0x80 : rest < 0 ? 0x40 : 0xc0);
  if (rest !== 0) writeDouble(rest);
};

const writeEscaped = (bytes: Uint8Array): undefined => {
  room(bytes.length * 2 + 1);
  for (const value of bytes) {
    scratch[at++] = value;
    if (value === 0) scratch[at++] = 0xff;
  }
  scratch[at++] = 0;
};

const writeText = (text: string): undefined => {
  room(text.length * 3 + 1);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0 || code > 127) return writeEscaped(Buffer.from(text.slice(index)));
    scratch[at++] = code;
  }
  scratch[at++] = 0;
};

const writePayload = (rank: number, value: Value): undefined => {
  switch (rank) {
    case 10:
      return writeNumber(value);
    case 15:
      return writeText(String(value));
    case 20:
      for (const key of keysOf(value as Doc)) {
        const field = (value as Doc)[key];
        const fieldRank = rankOf(field);
        byte(fieldRank + 1);
        writeText(key);
        writePayload(fieldRank, field);
      }
      return byte(0);
    case 25:
      for (const item of value as Value[]) writeValue(item);
      return byte(0);
    case 30: {
      const bytes =
        value instanceof Uint8Array
          ? value
          : (value as Binary).buffer.subarray(0, (value as Binary).position);
      room(5);
      at = scratch.writeUInt32BE(bytes.length, at);
      byte(value instanceof Binary ? value.sub_type : 0);
      room(bytes.length);
      scratch.set(bytes, at);
      at += bytes.length;
      return;
    }
    case 35:
      room(12);
      scratch.set((value as ObjectId).id, at);
      at += 12;
      return;
    case 40:
      return byte(value ? 2 : 1);
    case 45:
      return writeDouble((value as Date).getTime());
    case 47:
      room(8);
      at = scratch.writeUInt32BE((value as Timestamp).high >>> 0, at);
      at = scratch.writeUInt32BE((value as Timestamp).low >>> 0, at);
      return;
    case 50:
      writeText(value instanceof RegExp ? value.source : (value as BSONRegExp).pattern);
      return writeText(value instanceof RegExp ? value.flags : (value as BSONRegExp).options);
    case 55:
      return writeEscaped((value as { id: Uint8Array }).id);
    case 60:
      return writeText((value as Code).code);
    case 65:
      writeText((value as Code).code);
      return writePayload(20, (value as Code).scope);
    default:
      return;
  }
};

const writeValue = (value: Value): undefined => {
  const rank = rankOf(value);
  byte(rank + 1);
  writePayload(rank, value);
};

const turn = (start: number): undefined => {
  for (let index = start; index < at; index++) scratch[index] = ~scratch[index]!;
};

const taken = (): Buffer => Buffer.from(scratch.subarray(0, at));

/** The key of the values of an index's fields, in the fields' directions. */
export const encodeKey = (values: readonly Value[], directions: readonly number[]): Buffer => {
  at = 0;
  for (let index = 0; index < values.length; index++) {
    const start = at;
    writeValue(values[index]);
    if (directions[index]! < 0) turn(start);
  }
  return taken();
};

/** The bytes that every key with a value of this rank starts with. */
export const encodeRank = (rank: number, direction: number): Buffer =>
  Buffer.from([direction < 0 ? ~(rank + 1) & 0xff : rank + 1]);

/** The start that all texts with a prefix share. */
export const encodeTextPrefix = (prefix: string, direction: number): Buffer => {
  at = 0;
  byte(16);
  writeText(prefix);
  at--;
  if (direction < 0) turn(0);
  return taken();
};

/** The least bytes greater than everything that starts with these; undefined when there are none. */
export const successor = (prefix: Buffer): Buffer | undefined => {
  for (let index = prefix.length - 1; index >= 0; index--) {
    if (prefix[index] === 0xff) continue;
    const next = Buffer.from(prefix.subarray(0, index + 1));
    next[index]!++;
    return next;
  }
  return undefined;
};
