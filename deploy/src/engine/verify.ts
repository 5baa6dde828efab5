import { setTimeout as delay } from 'node:timers/promises';
import { ConductorError, exitCode } from '../errors.ts';
import type { Route } from './routes.ts';

export interface VerifyOptions {
  /** Good answers in a row from each route. */
  readonly times?: number;
  /** Seconds until it has failed. */
  readonly deadline: number;
  readonly signal?: AbortSignal;
}

/**
 * Sees the version through the public address: each route answers healthily with `X-Release: <version>`, several times in a row.
 * @throws {ConductorError} `verify.not-seen` with the last answer of each route that did not.
 */
export async function verify(
  routes: readonly Route[],
  version: string,
  { times = 5, deadline, signal }: VerifyOptions,
): Promise<void> {
  const problems = await Promise.all(
    routes.map(async (route) => {
      let until = Date.now() + deadline * 1000;
      let problem: string | undefined;
      for (let good = 0; good < times; ) {
        signal?.throwIfAborted();
        const began = Date.now();
        problem = await wrongWith(route, version, until - began);
        // A try that took longer than it can was stopped in between (SIGSTOP, a laptop that slept): that time does not count.
        const took = Date.now() - began;
        if (took > 2 * longestTry) until += took;
        good = problem === undefined ? good + 1 : 0;
        if (problem !== undefined) {
          if (Date.now() >= until) return `${route.service}: ${route.url} ${problem}`;
          await delay(100, undefined, { signal });
        }
      }
      return undefined;
    }),
  );
  const failed = problems.filter((problem) => problem !== undefined);
  if (failed.length === 0) return;
  throw new ConductorError({
    code: 'verify.not-seen',
    message: `${version} was not seen through the public address ${times} times in a row within ${deadline} s:\n${failed.join('\n')}`,
    exit: exitCode.deployFailed,
  });
}

/** ms that one answer may take. */
const longestTry = 5_000;

/** What is wrong with a route's answer now; undefined when nothing is. A fresh connection each time, as a new visitor has. */
async function wrongWith(route: Route, version: string, patience: number): Promise<string | undefined> {
  try {
    const answer = await fetch(route.url, {
      redirect: 'manual',
      headers: { connection: 'close', 'user-agent': 'conductor' },
      // The last try has its second too: a time-out of our own making would hide what is wrong.
      signal: AbortSignal.timeout(Math.min(longestTry, Math.max(1000, patience))),
    });
    await answer.arrayBuffer();
    const release = answer.headers.get('x-release');
    if (route.health ? !answer.ok : answer.status >= 400) return `answered ${answer.status}`;
    if (release === null) return 'answers without X-Release, so nobody can tell which version answers';
    return release === version ? undefined : `is still answered by ${release}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `did not answer (${cause instanceof Error ? cause.message || cause.name : String(cause)})`;
  }
}
