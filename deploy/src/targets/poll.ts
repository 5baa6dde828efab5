import type { Clock } from 'conductor-backup/retry';

/** How often a place is asked: soon at first, because much is settled soon, then ever more seldom. */
export const pace: Pace = { first: 1_000, factor: 1.5, most: 10_000 };

/** Milliseconds before the second look, by how much each further wait is longer, and the longest. */
export interface Pace {
  readonly first: number;
  readonly factor: number;
  readonly most: number;
}

/** For deployments, which take a minute at least, and of which each look is a request that the platform counts. */
export const patient: Pace = { first: 12_000, factor: 1.35, most: 20_000 };

/** Waiting times without end, in milliseconds: 1 s, 1.5 s, … 10 s. */
export function* beats({ first, factor, most }: Pace = pace) {
  for (let beat = first; ; beat = Math.min(beat * factor, most)) yield Math.round(beat);
}

export interface PollOptions {
  readonly clock: Clock;
  /** Milliseconds after which it is given up. */
  readonly within: number;
  readonly signal?: AbortSignal;
  /** How often; left out, the usual {@link pace}. */
  readonly pace?: Pace;
  /** It was just asked: the first time is after the first wait. */
  readonly asked?: boolean;
}

/**
 * Asks again and again until the answer is something. Null when the time is up: what that means is the caller's to say, it is
 * never success. An error of `read` ends it; the HTTP client has then already tried what could be tried.
 */
export async function poll<T>(
  read: () => Promise<T | null | undefined>,
  { clock, within, signal, pace: every = pace, asked = false }: PollOptions,
): Promise<T | null> {
  const end = clock.now() + within;
  let skip = asked;
  for (const beat of beats(every)) {
    const found = skip ? null : await read();
    skip = false;
    if (found !== null && found !== undefined) return found;
    const left = end - clock.now();
    if (left <= 0) return null;
    await clock.sleep(Math.min(beat, left), signal);
  }
  return null;
}
