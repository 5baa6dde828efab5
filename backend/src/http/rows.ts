import { BSON, type Document } from 'mongodb';

/** Of one noun, in bytes of BSON; views and their JSON take some times as much. */
const mostKept = 6 * 1024 * 1024;

/** The JSON of remembered views, written when it is first asked for. */
const texts = new WeakMap<object, string | undefined>();

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
    const view = Object.freeze(this.#view(BSON.deserialize(bytes) as D));
    if (id !== undefined) this.#keep(id, bytes, view);
    return view;
  }

  #keep(id: string, bytes: Buffer, view: V): void {
    texts.set(view, undefined);
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

/** How deep rows lie in answers at most: those of a board in its columns. */
const deepest = 4;

/** The JSON of an answer: the same text as `JSON.stringify` gives, put together from rows where they are remembered. */
export function writeJson(answer: unknown): string {
  return write(answer, deepest)!;
}

/** As `JSON.stringify`, nothing for what JSON leaves out. */
function write(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (texts.has(value)) return textOf(value);
  if (depth === 0 || 'toJSON' in value) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth - 1) ?? 'null').join(',')}]`;
  const fields = Object.entries(value).flatMap(([name, field]) => {
    const text = write(field, depth - 1);
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${fields.join(',')}}`;
}

function textOf(row: object): string {
  let text = texts.get(row);
  if (text === undefined) {
    text = JSON.stringify(row);
    texts.set(row, text);
  }
  return text;
}

const idStart = Buffer.from('\x02_id\0\x19\0\0\0', 'latin1');

/** The document's id where it stands first, as a text of 24 characters, which is where MongoDB puts it. */
function leadingId(bytes: Buffer): string | undefined {
  const end = 4 + idStart.length;
  return idStart.equals(bytes.subarray(4, end)) ? bytes.toString('latin1', end, end + 24) : undefined;
}
