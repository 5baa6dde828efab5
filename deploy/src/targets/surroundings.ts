import type { Clock } from 'conductor-backup/retry';
import type { HttpOptions } from './http.ts';
import type { TargetContext } from './kind.ts';

/** What a test replaces of a platform's target: the way to the platform, and time. */
export interface Surroundings {
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** Milliseconds for one request. */
  readonly deadline?: number;
}

/** What the HTTP client takes of where a target is used, without what was left out. */
export const connection = (
  { fetch, deadline }: Surroundings,
  { say, interrupt }: Pick<TargetContext, 'say' | 'interrupt'>,
): Pick<HttpOptions, 'fetch' | 'deadline' | 'say' | 'interrupt'> => ({
  ...(fetch ? { fetch } : {}),
  ...(deadline ? { deadline } : {}),
  ...(say ? { say } : {}),
  ...(interrupt ? { interrupt } : {}),
});
