import { expect, test } from 'vitest';
import { ByteReader } from './bytes.ts';

const MIB = 1024 * 1024;
/** So many bytes, as a source gives them: in pieces. */
function* pieces(...fills: number[]): Generator<Buffer> {
  for (const fill of fills) for (let piece = 0; piece < 4; piece++) yield Buffer.alloc(MIB, fill);
}

test('what is large is taken into the same memory each time, where that is wanted', async () => {
  const bytes = new ByteReader(pieces(1, 2, 3), { reuse: true });
  const first = await bytes.take(4 * MIB);
  expect(first.equals(Buffer.alloc(4 * MIB, 1))).toBe(true);
  const second = await bytes.take(4 * MIB);
  expect(second.equals(Buffer.alloc(4 * MIB, 2))).toBe(true);
  expect(second.buffer).toBe(first.buffer);
  expect((await bytes.take(3 * MIB)).equals(Buffer.alloc(3 * MIB, 3))).toBe(true);
  expect((await bytes.take(MIB)).equals(Buffer.alloc(MIB, 3))).toBe(true);
  expect(await bytes.ended()).toBe(true);
});

test('else what was taken stays what it is', async () => {
  const bytes = new ByteReader(pieces(1, 2));
  const first = await bytes.take(4 * MIB);
  await bytes.take(4 * MIB);
  expect(first.equals(Buffer.alloc(4 * MIB, 1))).toBe(true);
});
