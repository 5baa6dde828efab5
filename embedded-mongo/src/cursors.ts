import { Long } from 'bson';
import type { RawDocument } from './bson/encode.ts';
import type { Doc } from './bson/values.ts';
import { CommandError } from './errors.ts';

/** Replies stay under MongoDB's message size: a batch ends when its documents reach this many bytes. */
const largestBatch = 16 * 1024 * 1024;
/** The same when the client leaves the batch's size to the server: enough for speed, little enough for memory. */
const usualBatch = 512 * 1024;
/** The number of documents in a first batch when the client does not say. */
const firstBatch = 101;
/** MongoDB closes cursors that nobody reads for this long, in milliseconds. */
const idleLimit = 10 * 60_000;

/** Documents a cursor gives: stored ones as they are, or computed ones. */
export type Output = RawDocument | Doc;

interface Cursor {
  readonly id: number;
  readonly namespace: string;
  readonly session: string | undefined;
  readonly source: Iterator<Output>;
  /** A document that was read but did not fit into the last batch. */
  waiting: Output | undefined;
  used: number;
  readonly size: (output: Output) => number;
}

/** The cursors of all clients. */
export class Cursors {
  readonly #open = new Map<number, Cursor>();
  #next = Math.floor(Math.random() * 2 ** 31) * 1024 + 1;
  readonly #size: (output: Output) => number;

  constructor(size: (output: Output) => number) {
    this.#size = size;
  }

  get open(): number {
    return this.#open.size;
  }

  /** The first batch of a result, as `find` and `aggregate` answer it; a cursor stays open when there may be more. */
  start(
    namespace: string,
    output: Iterable<Output>,
    options: { batchSize?: number | undefined; single?: boolean; session?: string | undefined },
  ): { cursor: Doc } {
    this.#closeIdle();
    const cursor: Cursor = {
      id: this.#next++,
      namespace,
      session: options.session,
      source: output[Symbol.iterator](),
      waiting: undefined,
      used: Date.now(),
      size: this.#size,
    };
    const { batch, done } = this.#read(cursor, options.batchSize ?? firstBatch, largestBatch);
    const keep = !done && !options.single;
    if (keep) this.#open.set(cursor.id, cursor);
    else cursor.source.return?.();
    return {
      cursor: { firstBatch: batch, id: keep ? Long.fromNumber(cursor.id) : Long.ZERO, ns: namespace },
    };
  }

  /** The next batch. Errors: 43 for a cursor that is not open, 13 for another namespace. */
  next(id: number, namespace: string, batchSize: number | undefined): { cursor: Doc } {
    const cursor = this.#open.get(id);
    if (!cursor) throw new CommandError(43, `cursor id ${id} not found`);
    if (cursor.namespace !== namespace)
      throw new CommandError(
        13,
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      );
    cursor.used = Date.now();
    try {
      const { batch, done } = this.#read(
        cursor,
        batchSize || Number.POSITIVE_INFINITY,
        batchSize ? largestBatch : usualBatch,
      );
      if (done) this.#open.delete(id);
      return { cursor: { nextBatch: batch, id: done ? Long.ZERO : Long.fromNumber(id), ns: namespace } };
    } catch (error) {
      this.#open.delete(id);
      throw error;
    }
  }

  #read(cursor: Cursor, count: number, limit: number): { batch: Output[]; done: boolean } {
    const batch: Output[] = [];
    let bytes = 0;
    while (batch.length < count) {
      let output = cursor.waiting;
      cursor.waiting = undefined;
      if (output === undefined) {
        const { value, done } = cursor.source.next();
        if (done) return { batch, done: true };
        output = value as Output;
      }
      bytes += cursor.size(output);
      if (batch.length > 0 && bytes > limit) {
        cursor.waiting = output;
        return { batch, done: false };
      }
      batch.push(output);
    }
    return { batch, done: false };
  }

  kill(id: number, namespace?: string): boolean {
    const cursor = this.#open.get(id);
    if (!cursor || (namespace !== undefined && cursor.namespace !== namespace)) return false;
    cursor.source.return?.();
    return this.#open.delete(id);
  }

  /** Closes what a session has open. */
  killSession(session: string): void {
    for (const cursor of this.#open.values()) if (cursor.session === session) this.kill(cursor.id);
  }

  #closeIdle(): void {
    const now = Date.now();
    for (const cursor of this.#open.values()) if (now - cursor.used > idleLimit) this.kill(cursor.id);
  }
}
