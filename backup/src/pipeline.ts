import { createHash } from 'node:crypto';
import { type Duplex, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BackupError } from './errors.ts';
import { leaveBehind } from './young-generation.ts';

/** Larger than zlib's own 16 KiB, for fewer turns of the event loop; small enough that what waits to be collected stays small. */
const CHUNK = 64 * 1024;
/** What comes out of it was in memory before it, too: as it was read, and as it was decrypted. Of what cannot be compressed that is as much again. */
const PIECES = 3;

/** Decompresses gzip, also of several members. A damaged or cut one is `archive.corrupt`. */
export async function* gunzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  try {
    for await (const piece of through(source, createGunzip({ chunkSize: CHUNK }))) {
      yield piece;
      leaveBehind(PIECES * piece.length);
    }
  } catch (error) {
    if (!(error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('Z_')))
      throw error;
    throw new BackupError({
      code: 'archive.corrupt',
      message: `The compressed archive is damaged: ${error.message}.`,
      hint: 'Fetch it again, or use another backup.',
      cause: error,
    });
  }
}

/** The output of `transform`; it fails as its source fails, and lets the source go when nobody reads on. */
function through(source: AsyncIterable<Uint8Array>, transform: Duplex): Duplex {
  return pipeline(Readable.from(source, { objectMode: false }), transform, () => {
    // The error destroyed `transform`, so whoever reads it gets it.
  }) as Duplex;
}

/** Bytes and SHA-256 of what passes, known at its end. */
export class Digest {
  private readonly hash = createHash('sha256');
  size = 0;
  private hex: string | undefined;

  async *of(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      this.hash.update(piece);
      this.size += piece.length;
      yield piece;
    }
  }

  get sha256(): string {
    this.hex ??= this.hash.digest('hex');
    return this.hex;
  }
}

/** Passes bytes on and fails with `backup.checksum` at their end unless they are those that were written. */
export class Checked {
  private readonly expected: { readonly size: number; readonly sha256: string };
  private complete = false;

  constructor(expected: { readonly size: number; readonly sha256: string }) {
    this.expected = expected;
  }

  async *of(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const digest = new Digest();
    for await (const piece of digest.of(source)) {
      if (digest.size > this.expected.size) throw this.wrong('is longer than it was written');
      yield piece;
    }
    if (digest.size !== this.expected.size)
      throw this.wrong(`has ${digest.size} of ${this.expected.size} bytes`);
    if (digest.sha256 !== this.expected.sha256) throw this.wrong('was changed since it was written');
    this.complete = true;
  }

  /** Must hold when everything was read: what follows a gzip member unread would else go unnoticed. */
  assertComplete(): void {
    if (!this.complete) throw this.wrong('has more behind its end than was written');
  }

  private wrong(how: string): BackupError {
    return new BackupError({
      code: 'backup.checksum',
      message: `The stored backup ${how}.`,
      hint: 'It cannot be trusted: use another backup, and look at the store.',
    });
  }
}

/**
 * The bytes of the source, copied into blocks of `size`, of which only the last may be smaller; none is empty. There are `count` of them in
 * turns: a block is filled again when `count - 1` others have been asked for after it.
 */
export async function* blocks(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size: number,
  count: number,
): AsyncGenerator<Buffer> {
  const ring = Array.from({ length: count }, () => Buffer.allocUnsafeSlow(size));
  let turn = 0;
  let used = 0;
  for await (const piece of source) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + size - used);
      ring[turn]!.set(part, used);
      used += part.length;
      at += part.length;
      if (used < size) continue;
      yield ring[turn]!;
      turn = (turn + 1) % count;
      used = 0;
    }
  }
  if (used > 0) yield ring[turn]!.subarray(0, used);
}

/** Calls `seen` with the bytes of each piece that passes. */
export async function* tap<T extends Uint8Array>(
  source: AsyncIterable<T>,
  seen: (bytes: number) => void,
): AsyncGenerator<T> {
  for await (const piece of source) {
    seen(piece.length);
    yield piece;
  }
}
