import { setTimeout as delay } from 'node:timers/promises';
import { ConductorError, exitCode } from '../errors.ts';
import { timeOfDay } from '../text/moment.ts';
import type { Route } from './routes.ts';

export interface VerifyOptions {
  /** Good answers in a row from each route. */
  readonly times?: number;
  /** Seconds until it has failed. */
  readonly deadline: number;
  /** Good answers that name no version count, too; which release gives them has to be known from elsewhere. */
  readonly nameless?: boolean;
  /** Told what a service is waited for, when that is something new. */
  readonly tell?: (service: string, text: string) => void;
  readonly signal?: AbortSignal;
  /** Sent with each request: what lets it through while visitors are kept out. */
  readonly pass?: Readonly<Record<string, string>>;
}

/** Whether the answers of a service name their version. */
export type Naming = 'named' | 'nameless';

/**
 * Sees the version through the public address: each route answers healthily with `X-Release: <version>`, several times in a row; where
 * that is allowed, as often without any. Another version is never accepted.
 * @returns by service, how it answers.
 * @throws {ConductorError} `verify.not-seen` with what says most about each route that did not.
 */
export async function verify(
  routes: readonly Route[],
  version: string,
  { times = 5, deadline, nameless = false, tell, signal, pass = {} }: VerifyOptions,
): Promise<ReadonlyMap<string, Naming>> {
  const seen = new Map<string, Naming>();
  const problems = await Promise.all(
    routes.map(async (route) => {
      const troubles = new Troubles();
      let until = Date.now() + deadline * 1000;
      let before: Naming | undefined;
      for (let good = 0; good < times; ) {
        signal?.throwIfAborted();
        const began = Date.now();
        const answer = await ask(route, version, until - began, pass);
        // A try that took longer than it can was stopped in between (SIGSTOP, a laptop that slept): that time does not count.
        const took = Date.now() - began;
        if (took > 2 * longestTry) until += took;
        const trouble = troubleWith(answer, { nameless, before });
        if (answer.naming) before = answer.naming;
        good = trouble === undefined ? good + 1 : 0;
        if (trouble !== undefined) {
          if (troubles.add(trouble))
            tell?.(route.service, `${route.url} ${trouble.why}; asked again until ${timeOfDay(until)}`);
          if (Date.now() >= until) return `${route.service}: ${route.url} ${troubles}`;
          await delay(100, undefined, { signal });
        }
      }
      if (before) seen.set(route.service, before);
      return undefined;
    }),
  );
  const failed = problems.filter((problem) => problem !== undefined);
  if (failed.length === 0) return seen;
  throw new ConductorError({
    code: 'verify.not-seen',
    message: `${version} was not seen through the public address ${times} times in a row within ${deadline} s:\n${failed.join('\n')}`,
    exit: exitCode.deployFailed,
  });
}

/** ms that one answer may take. */
const longestTry = 5_000;

/** Why a try was no good one. */
interface Trouble {
  readonly why: string;
  /** Something answered, which says more than silence. */
  readonly answered: boolean;
}

type Answer =
  | { readonly naming: Naming; readonly trouble?: never }
  | { readonly naming?: never; readonly trouble: Trouble };

const saying = (why: string): Answer => ({ trouble: { why, answered: true } });

/** How a route answers now. A fresh connection each time, as a new visitor has. */
async function ask(
  route: Route,
  version: string,
  patience: number,
  pass: Readonly<Record<string, string>>,
): Promise<Answer> {
  try {
    const answer = await fetch(route.url, {
      redirect: 'manual',
      headers: { ...pass, connection: 'close', 'user-agent': 'conductor' },
      // The last try has its second too: a time-out of our own making would hide what is wrong.
      signal: AbortSignal.timeout(Math.min(longestTry, Math.max(1000, patience))),
    });
    await answer.arrayBuffer();
    const release = answer.headers.get('x-release');
    if (route.health ? !answer.ok : answer.status >= 500) return saying(`answered ${answer.status}`);
    if (release === null) return { naming: 'nameless' };
    return release === version ? { naming: 'named' } : saying(`is still answered by ${release}`);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const why = cause instanceof Error ? cause.message || cause.name : String(cause);
    return { trouble: { why: `did not answer (${why})`, answered: false } };
  }
}

/** What is wrong with an answer; undefined when nothing is. */
function troubleWith(
  { naming, trouble }: Answer,
  { nameless, before }: { readonly nameless: boolean; readonly before: Naming | undefined },
): Trouble | undefined {
  if (trouble) return trouble;
  const but = (why: string): Trouble => ({ why, answered: true });
  if (naming === 'nameless' && !nameless)
    return but('answers without X-Release, so it is not known which version answers');
  // Some answers name their version and others none: two releases answer.
  if (before !== undefined && naming !== before)
    return but('answers now with X-Release and now without, so two releases answer');
  return undefined;
}

/** What was wrong with a route, of all tries: what it answered last says more than that it did not answer after it. */
class Troubles {
  #answered: string | undefined;
  #last: string | undefined;

  /** True when it is another one than the last. */
  add({ why, answered }: Trouble): boolean {
    const fresh = why !== this.#last;
    this.#last = why;
    if (answered) this.#answered = why;
    return fresh;
  }

  toString(): string {
    if (this.#answered === undefined || this.#answered === this.#last) return this.#last ?? '';
    return `${this.#answered}; at the last try it ${this.#last}`;
  }
}
