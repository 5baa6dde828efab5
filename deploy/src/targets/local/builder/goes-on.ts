import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../../target.ts';

/** Milliseconds between two words about work that takes long. */
const usualPause = 10_000;

/** Waits for work, and tells how it goes on for as long as it does. What it rejects with comes through. */
export async function* goesOn<T>(
  work: Promise<T>,
  say: () => Promise<Progress>,
  pause = usualPause,
): AsyncGenerator<Progress, T> {
  const over = new AbortController();
  const ended = work.finally(() => over.abort());
  // Nobody may be listening at the moment when it fails.
  ended.catch(() => {});
  for (;;) {
    await delay(pause, undefined, { signal: over.signal }).catch(() => {});
    if (over.signal.aborted) return ended;
    yield await say();
  }
}
