import { BackupError } from '../errors.ts';

const EMPTY = Buffer.alloc(0);
/** Bytes from which on memory is worth being used again. */
const LARGE = 1024 * 1024;

/**
 * Takes exact numbers of bytes from a stream of chunks. What fits in the current chunk is a view into it; what spans chunks is
 * copied once.
 */
export class ByteReader {
  private readonly chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  private current: Buffer = EMPTY;
  private at = 0;
  private readonly reuse: boolean;
  private large: Buffer = EMPTY;
  /** What of the last chunk comes behind the current bytes, where these were put together. */
  private rest: Uint8Array | undefined;
  /** Bytes taken so far, for error messages. */
  taken = 0;

  /** With `reuse`, what is large and spans chunks is taken into the same memory each time: it is good until the next take. */
  constructor(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, { reuse = false } = {}) {
    this.reuse = reuse;
    this.chunks = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  /** Bytes at hand without waiting. */
  get buffered(): number {
    return this.current.length - this.at;
  }

  /** Whether the stream has ended. Waits for the next chunk when none is at hand. */
  async ended(): Promise<boolean> {
    while (this.buffered === 0) {
      this.letGo();
      const next = await this.next();
      if (next === undefined) return true;
      this.current = toBuffer(next);
    }
    return false;
  }

  /** The next 32-bit integer if it is at hand, without taking it. */
  peekInt(): number | undefined {
    return this.buffered < 4 ? undefined : this.current.readInt32LE(this.at);
  }

  /** The next `length` bytes, which must be at hand. */
  takeNow(length: number): Buffer {
    const bytes = this.current.subarray(this.at, this.at + length);
    this.at += length;
    this.taken += length;
    return bytes;
  }

  /** The next `length` bytes; `archive.truncated` when the stream ends before. */
  async take(length: number): Promise<Buffer> {
    if (this.buffered < length) await this.fill(length);
    return this.takeNow(length);
  }

  /** Makes `length` bytes available. */
  async fill(length: number): Promise<void> {
    if (await this.ended()) throw this.truncated(0);
    if (this.buffered >= length) return;
    // Taken together as they come: kept until the last one is there, the pieces of a large document would be there twice.
    const whole = this.room(length);
    let have = this.current.copy(whole, 0, this.at);
    this.letGo();
    while (have < length) {
      const next = await this.next();
      if (next === undefined) throw this.truncated(have);
      const part = next.subarray(0, length - have);
      whole.set(part, have);
      have += part.length;
      if (part.length < next.length) this.rest = next.subarray(part.length);
    }
    this.current = whole;
  }

  /** What was taken already is not kept while more is waited for. */
  private letGo(): void {
    this.current = EMPTY;
    this.at = 0;
  }

  private room(length: number): Buffer {
    if (!this.reuse || length < LARGE) return Buffer.allocUnsafe(length);
    if (this.large.length < length) this.large = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(length)));
    return this.large.subarray(0, length);
  }

  /** Gives back what was kept to be used again. */
  release(): void {
    this.large = EMPTY;
  }

  /** Lets the source know that nothing more is wanted. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private async next(): Promise<Uint8Array | undefined> {
    const { rest } = this;
    this.rest = undefined;
    if (rest !== undefined) return rest;
    const next = await this.chunks.next();
    return next.done ? undefined : next.value;
  }

  private truncated(have: number): BackupError {
    return new BackupError({
      code: 'archive.truncated',
      message: `The archive ends at byte ${this.taken + have}, in the middle of something.`,
      hint: 'The copy is incomplete: fetch it again, or use another backup.',
    });
  }
}

const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
