/**
 * CRC-64/XZ (reflected polynomial 0xC96C5795D7870F42, all ones in and out): what MongoDB's archives carry per namespace.
 * Sliced by eight over pairs of 32-bit halves, because JavaScript has no fast 64-bit integer.
 */
const POLY_HIGH = 0xc96c5795;
const POLY_LOW = 0xd7870f42;

const low = new Uint32Array(8 * 256);
const high = new Uint32Array(8 * 256);
for (let byte = 0; byte < 256; byte++) {
  let h = 0;
  let l = byte;
  for (let bit = 0; bit < 8; bit++) {
    const odd = l & 1;
    l = (l >>> 1) | (h << 31);
    h >>>= 1;
    if (odd) {
      l ^= POLY_LOW;
      h ^= POLY_HIGH;
    }
  }
  low[byte] = l;
  high[byte] = h;
}
for (let slice = 1; slice < 8; slice++) {
  for (let byte = 0; byte < 256; byte++) {
    const l = low[(slice - 1) * 256 + byte]!;
    const h = high[(slice - 1) * 256 + byte]!;
    low[slice * 256 + byte] = ((l >>> 8) | (h << 24)) ^ low[l & 0xff]!;
    high[slice * 256 + byte] = (h >>> 8) ^ high[l & 0xff]!;
  }
}

/** A running CRC-64/XZ. */
export class Crc64 {
  private l = -1;
  private h = -1;

  /** Adds `bytes` from `start` up to `end`. */
  update(bytes: Uint8Array, start = 0, end = bytes.length): this {
    let { l, h } = this;
    let at = start;
    for (const last = end - 7; at < last; at += 8) {
      l ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      h ^= bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
      const a = 1792 + (l & 0xff);
      const b = 1536 + ((l >>> 8) & 0xff);
      const c = 1280 + ((l >>> 16) & 0xff);
      const d = 1024 + (l >>> 24);
      const e = 768 + (h & 0xff);
      const f = 512 + ((h >>> 8) & 0xff);
      const g = 256 + ((h >>> 16) & 0xff);
      const i = h >>> 24;
      l = low[a]! ^ low[b]! ^ low[c]! ^ low[d]! ^ low[e]! ^ low[f]! ^ low[g]! ^ low[i]!;
      h = high[a]! ^ high[b]! ^ high[c]! ^ high[d]! ^ high[e]! ^ high[f]! ^ high[g]! ^ high[i]!;
    }
    for (; at < end; at++) {
      const index = (l ^ bytes[at]!) & 0xff;
      l = ((l >>> 8) | (h << 24)) ^ low[index]!;
      h = (h >>> 8) ^ high[index]!;
    }
    this.l = l;
    this.h = h;
    return this;
  }

  /** The CRC so far, as an unsigned 64-bit integer. Nothing added gives 0. */
  get value(): bigint {
    return (BigInt(~this.h >>> 0) << 32n) | BigInt(~this.l >>> 0);
  }
}
