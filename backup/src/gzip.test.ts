import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { random } from '../test/random.ts';
import { gzip } from './gzip.ts';
import { gunzip } from './pipeline.ts';

const MIB = 1024 * 1024;

async function* pieces(bytes: Buffer, size: () => number, isUsedAgain = true): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const end = at + size();
    // A source may use a piece again at once.
    const piece = Buffer.from(bytes.subarray(at, end));
    yield piece;
    if (isUsedAgain) piece.fill(0);
    at = end;
  }
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const piece of source) found.push(piece);
  return Buffer.concat(found);
}

describe('what was compressed', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a byte', Buffer.from([7])],
    ['a megabyte exactly', Buffer.alloc(MIB, 'lead ')],
    ['five megabytes and a bit of text', Buffer.alloc(5 * MIB + 17, 'call the manager on friday ')],
    ['what no compression makes smaller', randomBytes(3 * MIB + 5)],
    ['both in turns', Buffer.concat([randomBytes(MIB), Buffer.alloc(MIB, 'x'), randomBytes(MIB)])],
  ])('is read again, by us and by others: %s', async (_what, bytes) => {
    const chance = random(1);
    const compressed = await collect(
      gzip(
        pieces(bytes, () => 1 + chance.below(100_000)),
        6,
      ),
    );
    expect(gunzipSync(compressed).equals(bytes)).toBe(true);
    const ours = await collect(gunzip(pieces(compressed, () => 1 + chance.below(100_000), false)));
    expect(ours.equals(bytes)).toBe(true);
  });

  test('is hardly larger for being in parts, and stored as it is where nothing makes it smaller', async () => {
    const text = Buffer.alloc(8 * MIB, randomBytes(40_000).toString('hex'));
    const whole = gzipSync(text, { level: 6 }).length;
    const parts = (
      await collect(
        gzip(
          pieces(text, () => 65_536),
          6,
        ),
      )
    ).length;
    expect(parts / whole).toBeLessThan(1.05);
    const noise = randomBytes(4 * MIB);
    const stored = (
      await collect(
        gzip(
          pieces(noise, () => 65_536),
          6,
        ),
      )
    ).length;
    expect(stored / noise.length).toBeLessThan(1.001);
  });

  test('fails as its source fails', async () => {
    const failing = async function* () {
      yield Buffer.alloc(3 * MIB);
      throw new Error('the source failed');
    };
    await expect(collect(gzip(failing(), 6))).rejects.toThrow('the source failed');
  });
});
