import type { Clock } from '@conductor/backup/retry';

/** What a test replaces of a platform's target: the way to the platform, and time. */
export interface Surroundings {
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** Milliseconds for one request. */
  readonly deadline?: number;
}

/** The part of {@link Surroundings} that the HTTP client takes, without what was left out. */
export const connection = ({ fetch, deadline }: Surroundings): Pick<Surroundings, 'fetch' | 'deadline'> => ({
  ...(fetch ? { fetch } : {}),
  ...(deadline ? { deadline } : {}),
});
