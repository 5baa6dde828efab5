import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../test/virtual-clock.ts';
import { type RetryOptions, retry } from './retry.ts';

/** Work that fails so many times; `at` is when each attempt began, in milliseconds from the start. */
function failing(times: number, options: Partial<RetryOptions> = {}) {
  const clock = new VirtualClock();
  const start = clock.now();
  const at: number[] = [];
  const done = retry(
    async (attempt) => {
      at.push(clock.now() - start);
      if (at.length <= times) throw new Error(`failure ${attempt}`);
      return `done at ${attempt}`;
    },
    { attempts: 6, pause: 500, again: () => true, clock, random: () => 0, ...options },
  );
  return { done, at, clock };
}

describe('what is tried again', () => {
  it('is tried until it is done, with pauses that double', async () => {
    const { done, at } = failing(5);
    expect(await done).toBe('done at 6');
    expect(at).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500]);
  });

  it('fails with its last error after its attempts', async () => {
    const { done, at } = failing(99);
    await expect(done).rejects.toThrow('failure 6');
    expect(at).toHaveLength(6);
  });

  it('pauses never shorter than it was told, and up to half longer by chance', async () => {
    const longest = failing(5, { random: () => 1 - 2 ** -53 });
    await longest.done;
    expect(longest.at.map(Math.round)).toEqual([0, 750, 2_250, 5_250, 11_250, 23_250]);

    const second = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const { done, at } = failing(1, { random: Math.random });
        await done;
        return at[1]!;
      }),
    );
    expect(Math.min(...second)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...second)).toBeLessThan(750);
    expect(new Set(second).size).toBeGreaterThan(100);
  });

  it('pauses no longer than its longest pause', async () => {
    const { done, at } = failing(5, { longest: 1_200 });
    await done;
    expect(at).toEqual([0, 500, 1_500, 2_700, 3_900, 5_100]);
  });

  it('comes back exactly when it was asked to, jitter or not', async () => {
    const { done, at } = failing(2, { again: () => 7_000, longest: 1_000, random: () => 0.9 });
    await done;
    expect(at).toEqual([0, 7_000, 14_000]);
  });

  it('is asked of at once when the other side asks to wait for nothing', async () => {
    const { done, at } = failing(1, { again: () => 0 });
    await done;
    expect(at).toEqual([0, 0]);
  });

  it('is not tried again when that would not be safe, or no better', async () => {
    const { done, at } = failing(99, { again: (error) => !(error as Error).message.endsWith('2') });
    await expect(done).rejects.toThrow('failure 2');
    expect(at).toHaveLength(2);
  });

  it('is given up at once when it would have to wait beyond its budget', async () => {
    const { done, at } = failing(99, { budget: 4_000 });
    await expect(done).rejects.toThrow('failure 4');
    expect(at).toEqual([0, 500, 1_500, 3_500]);

    const asked = failing(99, { budget: 4_000, again: () => 4_001 });
    await expect(asked.done).rejects.toThrow('failure 1');
    expect(asked.clock.now()).toBe(new VirtualClock().now());
  });

  it("ends while it waits with the signal's reason, on the real clock too", async () => {
    const abort = new AbortController();
    let attempts = 0;
    const done = retry(
      async () => {
        attempts++;
        setImmediate(() => abort.abort(new Error('enough')));
        throw new Error('not yet');
      },
      { attempts: 6, pause: 60_000, again: () => true, signal: abort.signal },
    );
    const began = performance.now();
    await expect(done).rejects.toThrow('enough');
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(attempts).toBe(1);
  });
});
