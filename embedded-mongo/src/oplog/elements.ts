import { valueSize } from '../bson/decode.ts';

/** One field of a document, as a place in its bytes. */
export interface Element {
  readonly type: number;
  readonly name: Buffer;
  readonly value: Buffer;
}

/** The fields of a document or an array that is given by its own bytes. */
export const elementsOf = (bytes: Buffer): Element[] => {
  const result: Element[] = [];
  const end = bytes.length - 1;
  for (let at = 4; at < end; ) {
    const type = bytes[at]!;
    const nameEnd = bytes.indexOf(0, at + 1);
    const next = nameEnd + 1 + valueSize(bytes, type, nameEnd + 1);
    result.push({ type, name: bytes.subarray(at + 1, nameEnd), value: bytes.subarray(nameEnd + 1, next) });
    at = next;
  }
  return result;
};

export const same = (left: Element, right: Element): boolean =>
  left.type === right.type && left.value.equals(right.value);

const zero = Buffer.alloc(1);

/** The bytes of one field. */
export const element = (type: number, name: string | Buffer, value: Buffer): Buffer =>
  Buffer.concat([Buffer.of(type), typeof name === 'string' ? Buffer.from(name) : name, zero, value]);

/** The bytes of a document (or an array) of fields. */
export const documentOf = (elements: readonly Buffer[]): Buffer => {
  const size = elements.reduce((sum, { length }) => sum + length, 5);
  const head = Buffer.alloc(4);
  head.writeInt32LE(size);
  return Buffer.concat([head, ...elements, zero], size);
};

export const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};

export const BsonType = { document: 0x03, array: 0x04, bool: 0x08, null: 0x0a, int32: 0x10 } as const;
