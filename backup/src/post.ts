import { type Clock, retry, systemClock } from './retry.ts';
import { retryAfter } from './retry-after.ts';

export interface PostOptions {
  /** Ends it, with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Times that it is sent at the most. Default 4. */
  readonly attempts?: number;
  /** Milliseconds before the first repetition; each pause is twice the one before. Default 500. */
  readonly pause?: number;
  /** Milliseconds for one request. Default 5,000. */
  readonly deadline?: number;
  /** Milliseconds for all of it: a receiver that asks to wait for longer is given up. Default a minute. */
  readonly budget?: number;
  readonly clock?: Clock;
}

/** Why a post was not taken, in words that do not tell its address. */
class NotTaken extends Error {
  readonly again: boolean | number;

  constructor(problem: string, again: boolean | number) {
    super(problem);
    this.again = again;
  }
}

/**
 * Posts JSON for people to read, and again when there was no answer, 429 or 5xx, honouring Retry-After: hearing it twice is better than
 * never. The address may be a secret (Slack's is), so errors name no more than its host.
 * @throws {Error} `<host> answered 503 (4 attempts)`, `<host> did not answer (ECONNREFUSED) (4 attempts)`.
 */
export async function postJson(
  url: URL,
  body: string,
  { attempts = 4, pause = 500, budget = 60_000, clock = systemClock, ...request }: PostOptions = {},
): Promise<void> {
  let attempt = 0;
  try {
    await retry(
      (number) => {
        attempt = number;
        return postOnce(url, body, clock, request);
      },
      {
        attempts,
        pause,
        budget,
        clock,
        signal: request.signal,
        again: (error) => error instanceof NotTaken && error.again,
      },
    );
  } catch (error) {
    if (!(error instanceof NotTaken)) throw error;
    const times = attempt === 1 ? '' : ` (${attempt} attempts)`;
    throw new Error(`${url.host} ${error.message}${times}`);
  }
}

async function postOnce(
  url: URL,
  body: string,
  clock: Clock,
  { headers, signal, deadline = 5_000 }: Pick<PostOptions, 'headers' | 'signal' | 'deadline'>,
): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      // What is said is for this address only, not for wherever it would send us.
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(deadline), ...(signal ? [signal] : [])]),
    });
    await response.body?.cancel();
  } catch (error) {
    signal?.throwIfAborted();
    const code = (error as { cause?: { code?: string } }).cause?.code;
    throw new NotTaken(`did not answer${code ? ` (${code})` : ''}`, true);
  }
  if (response.ok) return;
  const passing = response.status === 429 || response.status >= 500;
  throw new NotTaken(
    `answered ${response.status}`,
    passing && (retryAfter(response.headers, clock.now()) ?? true),
  );
}
