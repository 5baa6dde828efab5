import { BackupError } from '../errors.ts';

/**
 * Takes exact numbers of bytes from a stream of chunks. What fits in the current chunk is a view into it; what spans chunks is
 * copied once.
 */
export class ByteReader {
  private readonly chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  private current: Buffer = Buffer.alloc(0);
  private at = 0;
  /** Bytes taken so far, for error messages. */
  taken = 0;

  constructor(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.chunks = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  /** Bytes at hand without waiting. */
  get buffered(): number {
    return this.current.length - this.at;
  }

  /** Whether the stream has ended. Waits for the next chunk when none is at hand. */
  async ended(): Promise<boolean> {
    while (this.buffered === 0) {
      const next = await this.chunks.next();
      if (next.done) return true;
      this.use(next.value);
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
    const pieces = [this.current.subarray(this.at)];
    let have = this.buffered;
    while (have < length) {
      const next = await this.chunks.next();
      if (next.done) {
        throw new BackupError({
          code: 'archive.truncated',
          message: `The archive ends at byte ${this.taken + have}, in the middle of something.`,
          hint: 'The copy is incomplete: fetch it again, or use another backup.',
        });
      }
      pieces.push(toBuffer(next.value));
      have += next.value.length;
    }
    this.current = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, have);
    this.at = 0;
  }

  /** Lets the source know that nothing more is wanted. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private use(chunk: Uint8Array): void {
    this.current = toBuffer(chunk);
    this.at = 0;
  }
}

const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
