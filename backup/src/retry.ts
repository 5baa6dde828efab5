import { setTimeout as wait } from 'node:timers/promises';

/** The time by which it is waited, so that a test can make hours pass in milliseconds. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after so many milliseconds; rejects with the signal's reason when it aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Milliseconds that a timer of Node can wait; a longer one ends at once. */
const longestTimer = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  async sleep(milliseconds, signal) {
    try {
      for (let left = milliseconds; ; left -= longestTimer) {
        await wait(Math.min(left, longestTimer), undefined, { signal });
        if (left <= longestTimer) return;
      }
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};

export interface RetryOptions {
  /** Times that it is tried at the most. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; each pause is twice the one before. */
  readonly pause: number;
  /** Milliseconds that no pause goes beyond, but for one that was asked for. Default: no limit. */
  readonly longest?: number;
  /** Milliseconds for all attempts and pauses together: no attempt begins later. Default: no limit. */
  readonly budget?: number;
  /**
   * Whether it may go better, and is safe, to try again after this failure: `false`, `true`, or the milliseconds that the other side asks
   * to wait, which are kept exactly.
   */
  readonly again: (error: unknown) => boolean | number;
  readonly clock?: Clock;
  /** Ends it while it waits, with the signal's reason. An attempt under way is ended by whoever made it. */
  readonly signal?: AbortSignal | undefined;
  /** From 0 up to 1, for the jitter. */
  readonly random?: () => number;
}

/**
 * Tries something until it is done: the one loop behind everything that is tried again because it failed. Pauses grow, each up to half
 * longer by chance, so that those who failed together do not come back together.
 * Fails with the error of the last attempt. What a failure means (`again`) is the caller's to know.
 *
 * Own code, since the libraries for it take neither a pause that the other side asks for nor a clock.
 */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts, pause, longest = Infinity, budget = Infinity, again, signal } = options;
  const { clock = systemClock, random = Math.random } = options;
  const end = clock.now() + budget;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      const answer = again(error);
      if (answer === false || attempt >= attempts) throw error;
      const grown = Math.min(pause * 2 ** (attempt - 1), longest) * (1 + random() / 2);
      const next = answer === true ? grown : answer;
      if (clock.now() + next > end) throw error;
      await clock.sleep(next, signal);
    }
  }
}
