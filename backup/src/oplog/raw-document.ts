import { onDemand } from 'bson';

/**
 * Documents as bytes, field by field: what the oplog says of a document is put into it without passing through objects, which move
 * integer-like keys to the front and drop duplicate ones. Source of the format: bsonspec.org, version 1.1.
 */

/** One field of a document. `value` is a view into the document's bytes. */
export interface Field {
  /** Type of BSON, as a byte. */
  readonly type: number;
  readonly name: string;
  readonly value: Uint8Array;
}

export const bsonType = { document: 0x03, array: 0x04, null: 0x0a, timestamp: 0x11 } as const;

export function fieldsOf(document: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (const [type, nameAt, nameLength, at, length] of onDemand.parseToElements(document, 0)) {
    fields.push({
      type,
      name: view(document, nameAt, nameLength).toString('utf8'),
      value: document.subarray(at, at + length),
    });
  }
  return fields;
}

/** The first field of that name. */
export function fieldOf(document: Uint8Array, name: string): Field | undefined {
  return fieldsOf(document).find((field) => field.name === name);
}

export function documentOf(fields: Iterable<Field>): Buffer {
  const parts: Uint8Array[] = [Buffer.alloc(4)];
  for (const { type, name, value } of fields)
    parts.push(Buffer.from([type]), Buffer.from(`${name}\0`), value);
  parts.push(Buffer.alloc(1));
  const document = Buffer.concat(parts);
  document.writeInt32LE(document.length, 0);
  return document;
}

/** A text; undefined when the field is none. */
export function textIn(field: Field | undefined): string | undefined {
  return field?.type === 0x02 ? view(field.value, 4, field.value.length - 5).toString('utf8') : undefined;
}

/** A whole number of 32 bits; undefined when the field is none. */
export function integerIn(field: Field | undefined): number | undefined {
  return field?.type === 0x10 ? view(field.value, 0, 4).readInt32LE() : undefined;
}

const view = (bytes: Uint8Array, at: number, length: number): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset + at, length);
