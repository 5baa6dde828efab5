import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ENOUGH, moving } from './moving.ts';

const TIMEOUT = 300;

/** `sizes` bytes, each after so many milliseconds. */
async function* body(pause: number, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) {
    await sleep(pause);
    yield Buffer.alloc(size);
  }
}

async function sizeOf(source: AsyncIterable<Uint8Array>, pause = 0): Promise<number> {
  let size = 0;
  for await (const piece of source) {
    size += piece.length;
    if (pause > 0) await sleep(pause);
  }
  return size;
}

describe('a body', () => {
  test('that moves comes whole, however long it takes', async () => {
    const sizes = Array.from({ length: 6 }, () => ENOUGH);
    expect(await sizeOf(moving(body(TIMEOUT / 3, sizes), TIMEOUT))).toBe(6 * ENOUGH);
  });

  test('whose reader takes long comes whole', async () => {
    expect(await sizeOf(moving(body(0, [1, 2, 3]), TIMEOUT), TIMEOUT * 1.2)).toBe(6);
  });

  test('that stands still, at its beginning or in it, is an error in time', async () => {
    for (const before of [[], [5 * ENOUGH]]) {
      async function* stands(): AsyncGenerator<Uint8Array> {
        yield* body(0, before);
        await new Promise(() => {});
      }
      const start = performance.now();
      await expect(sizeOf(moving(stands(), TIMEOUT))).rejects.toMatchObject({ name: 'TimeoutError' });
      expect(performance.now() - start).toBeLessThan(TIMEOUT * 3);
    }
  });

  test('that comes byte by byte is an error in time', async () => {
    const sizes = Array.from({ length: 100 }, () => 1);
    const start = performance.now();
    await expect(sizeOf(moving(body(TIMEOUT / 10, sizes), TIMEOUT))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(performance.now() - start).toBeLessThan(TIMEOUT * 3);
  });

  test('fails as it fails, and is let go of when nobody reads on', async () => {
    let gone = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.alloc(1);
        throw new Error('broken off');
      } finally {
        gone = true;
      }
    }
    await expect(sizeOf(moving(source(), TIMEOUT))).rejects.toThrow('broken off');
    gone = false;
    for await (const _ of moving(source(), TIMEOUT)) break;
    await sleep(0);
    expect(gone).toBe(true);
  });
});
