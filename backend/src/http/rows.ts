import { BSON, type Document } from 'mongodb';

/** Of one noun, in bytes of BSON; views and their JSON take some times as much. */
const mostKept = 6 * 1024 * 1024;

/** The JSON of remembered views, in UTF-8, written when it is first asked for. */
const written = new WeakMap<object, Buffer | undefined>();

/** A list's rows: views of stored documents that come as their bytes. */
export interface Rows<V> {
  of(bytes: Buffer): V;
}

/**
 * Remembers what documents look like, for as long as their stored bytes are the same: lists show the same records again
 * and again, and reading BSON is most of a list's work. The bytes come from the database each time and are compared
 * whole, so a changed record is never shown as it was. Views must depend on nothing but the document; they are shared.
 */
export class RememberedRows<D extends Document, V extends object> implements Rows<V> {
  readonly #view: (document: D) => V;
  readonly #known = new Map<string, { bytes: Buffer; view: V }>();
  #size = 0;

  constructor(view: (document: D) => V) {
    this.#view = view;
  }

  of(bytes: Buffer): V {
    const id = leadingId(bytes);
    const known = id === undefined ? undefined : this.#known.get(id);
    if (known?.bytes.equals(bytes)) return known.view;
    const view = writtenOnce(this.#view(BSON.deserialize(bytes) as D));
    if (id !== undefined) this.#keep(id, bytes, view);
    return view;
  }

  #keep(id: string, bytes: Buffer, view: V): void {
    this.#forget(id);
    for (const oldest of this.#known.keys()) {
      if (this.#size + bytes.length <= mostKept) break;
      this.#forget(oldest);
    }
    this.#size += bytes.length;
    // A copy: the bytes are part of the whole answer of the database, which would be kept with them.
    this.#known.set(id, { bytes: Buffer.from(bytes), view });
  }

  #forget(id: string): void {
    this.#size -= this.#known.get(id)?.bytes.length ?? 0;
    this.#known.delete(id);
  }
}

/** Has the JSON of an object made once, whatever answers it stands in. It is not to be changed from now on. */
export function writtenOnce<V extends object>(value: V): V {
  if (!written.has(value)) written.set(Object.freeze(value), undefined);
  return value;
}

/** How deep rows lie in answers at most: those of a board in its columns. */
const deepest = 4;

/**
 * The JSON of an answer: what `JSON.stringify` gives, and its bytes where it is put together from remembered rows. Long
 * lists are copied then, instead of being one more long text that lives until the slowest reader has it.
 */
export function writeJson(answer: unknown): string | Buffer {
  const pieces = new Pieces();
  write(answer, deepest, pieces);
  return pieces.joined();
}

/** Texts and rows that follow one another. */
class Pieces {
  readonly #rows: { before: string; row: Buffer }[] = [];
  #text = '';

  text(text: string): void {
    this.#text += text;
  }

  row(row: Buffer): void {
    this.#rows.push({ before: this.#text, row });
    this.#text = '';
  }

  joined(): string | Buffer {
    if (this.#rows.length === 0) return this.#text;
    const parts = this.#rows.flatMap(({ before, row }) => [Buffer.from(before), row]);
    return Buffer.concat([...parts, Buffer.from(this.#text)]);
  }
}

/** As `JSON.stringify`, behind `before`; false for what JSON leaves out, of which nothing is written. */
function write(value: unknown, depth: number, into: Pieces, before = ''): boolean {
  if (typeof value === 'object' && value !== null) {
    if (written.has(value)) {
      into.text(before);
      into.row(bytesOf(value));
      return true;
    }
    if (depth > 0 && !('toJSON' in value)) {
      into.text(before);
      if (Array.isArray(value)) writeArray(value, depth - 1, into);
      else writeFields(value, depth - 1, into);
      return true;
    }
  }
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return false;
  into.text(before + text);
  return true;
}

function writeArray(items: readonly unknown[], depth: number, into: Pieces): void {
  into.text('[');
  for (const [index, item] of items.entries()) {
    const before = index === 0 ? '' : ',';
    if (!write(item, depth, into, before)) into.text(`${before}null`);
  }
  into.text(']');
}

function writeFields(object: object, depth: number, into: Pieces): void {
  into.text('{');
  let separator = '';
  for (const [name, field] of Object.entries(object))
    if (write(field, depth, into, `${separator}${JSON.stringify(name)}:`)) separator = ',';
  into.text('}');
}

function bytesOf(row: object): Buffer {
  let bytes = written.get(row);
  if (bytes === undefined) {
    bytes = Buffer.from(JSON.stringify(row));
    written.set(row, bytes);
  }
  return bytes;
}

const idStart = Buffer.from('\x02_id\0\x19\0\0\0', 'latin1');

/** The document's id where it stands first, as a text of 24 characters, which is where MongoDB puts it. */
function leadingId(bytes: Buffer): string | undefined {
  const end = 4 + idStart.length;
  return idStart.equals(bytes.subarray(4, end)) ? bytes.toString('latin1', end, end + 24) : undefined;
}
