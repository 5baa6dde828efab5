import type { Clock } from '@conductor/backup/retry';

/** How often a place is asked: soon at first, because much is settled soon, then ever more seldom. */
export const pace = { first: 1_000, factor: 1.5, most: 10_000 } as const;

/** Waiting times without end, in milliseconds: 1 s, 1.5 s, … 10 s. */
export function* beats({ first, factor, most } = pace as { first: number; factor: number; most: number }) {
  for (let beat = first; ; beat = Math.min(beat * factor, most)) yield Math.round(beat);
}

export interface PollOptions {
  readonly clock: Clock;
  /** Milliseconds after which it is given up. */
  readonly within: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks again and again until the answer is something. Null when the time is up: what that means is the caller's to say, it is
 * never success. An error of `read` ends it; the HTTP client has then already tried what could be tried.
 */
export async function poll<T>(
  read: () => Promise<T | null | undefined>,
  { clock, within, signal }: PollOptions,
): Promise<T | null> {
  const end = clock.now() + within;
  for (const beat of beats()) {
    const found = await read();
    if (found !== null && found !== undefined) return found;
    const left = end - clock.now();
    if (left <= 0) return null;
    await clock.sleep(Math.min(beat, left), signal);
  }
  return null;
}
