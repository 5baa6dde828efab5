import { type Clock, retry } from '@conductor/backup/retry';
import { retryAfter } from '@conductor/backup/retry-after';

/** One request to a platform. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path after the base, or a whole address. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly body?: unknown;
  /**
   * Asking twice is the same as asking once, so it may be sent again when it is not known whether it was done. The others are
   * sent again only after a refusal that proves that nothing was done.
   */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal;
  /** Leaves the token out: for addresses that carry their own signature. */
  readonly anonymous?: boolean;
}

export interface Answer {
  readonly status: number;
  /** Parsed JSON, text where it is no JSON, null where there is none. */
  readonly body: unknown;
}

/** Why a call has no good answer. What that means to a user is the platform folder's to say. */
export class HttpFailure extends Error {
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  /** The platform may have done it all the same. */
  readonly maybeDone: boolean;
  /** What the platform wrote, without secrets. */
  readonly text: string;
  /** Milliseconds that the platform asks to wait; null when it says nothing. */
  readonly wait: number | null;

  constructor(
    message: string,
    options: {
      status: number | null;
      maybeDone: boolean;
      text?: string;
      wait?: number | null;
      cause?: unknown;
    },
  ) {
    super(message, { cause: options.cause });
    this.name = 'HttpFailure';
    this.status = options.status;
    this.maybeDone = options.maybeDone;
    this.text = options.text ?? '';
    this.wait = options.wait ?? null;
  }
}

export interface HttpOptions {
  /** "Railway", for messages. */
  readonly platform: string;
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Takes secrets out of what is kept of an answer. */
  readonly redact: (text: string) => string;
  readonly fetch?: typeof globalThis.fetch;
  /** Finds the failure in a 2xx answer, where a platform hides it there: its words, and whether the work may be done. */
  readonly objection?: (body: unknown) => { readonly text: string; readonly maybeDone: boolean } | null;
  /** Milliseconds for one request. Default 90 s: platforms have been seen to do the work after 30 s. */
  readonly deadline?: number;
  /** Milliseconds for a call with all its repetitions. Default 10 min. */
  readonly budget?: number;
}

/** The connection was never made, so nothing can have been done. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const attempts = 6;
const longestText = 500;

export type Http = (call: Call) => Promise<Answer>;

/**
 * The one HTTP client of the platform targets: a deadline for each request, repetition of what is safe to repeat with growing
 * pauses, obedience to Retry-After and to the rate limit headers, and the platform's own words kept for the error.
 * Fails with {@link HttpFailure} for every answer that is not 2xx.
 */
export function createHttp(options: HttpOptions): Http {
  const { platform, clock, redact, deadline = 90_000, budget = 600_000 } = options;
  const request = options.fetch ?? globalThis.fetch;
  /** Time before which the platform wants no further request: its counter of remaining requests is at zero. */
  let closedUntil = 0;

  async function once(call: Call): Promise<Answer> {
    const ends = AbortSignal.any([AbortSignal.timeout(deadline), ...(call.signal ? [call.signal] : [])]);
    let response: Response;
    let text: string;
    try {
      response = await request(address(options.base, call), {
        method: call.method,
        headers: {
          accept: 'application/json',
          ...(call.anonymous ? {} : options.headers),
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        signal: ends,
        redirect: 'error',
      });
      text = await response.text();
    } catch (error) {
      call.signal?.throwIfAborted();
      throw unanswered(error, call);
    }
    const wait = retryAfter(response.headers, clock.now());
    if (remaining(response.headers) === 0) closedUntil = clock.now() + (wait ?? 1_000);
    const body = parsed(text);
    const objection = response.ok ? (options.objection?.(body) ?? null) : null;
    if (response.ok && !objection) return { status: response.status, body };
    const status = objection ? (objection.maybeDone ? 500 : 400) : response.status;
    throw new HttpFailure(`${platform} answered ${response.status} to ${call.method} ${pathOf(call)}`, {
      status,
      maybeDone: status >= 500 || status === 408,
      text: redact(objection?.text ?? wordsOf(body)).slice(0, longestText),
      wait,
    });
  }

  function unanswered(error: unknown, call: Call): HttpFailure {
    const late = error instanceof DOMException && error.name === 'TimeoutError';
    const code = (error as { cause?: { code?: string } }).cause?.code ?? '';
    return new HttpFailure(
      late
        ? `${platform} did not answer ${call.method} ${pathOf(call)} within ${deadline / 1000} s`
        : `${platform} did not answer ${call.method} ${pathOf(call)}${code ? ` (${code})` : ''}`,
      { status: null, maybeDone: !neverSent.has(code), cause: error },
    );
  }

  async function attempt(call: Call): Promise<Answer> {
    if (closedUntil > clock.now()) await clock.sleep(closedUntil - clock.now(), call.signal);
    return once(call);
  }

  return (call) =>
    retry(() => attempt(call), {
      attempts,
      pause: 500,
      budget,
      clock,
      signal: call.signal,
      again: (error) => error instanceof HttpFailure && isRepeatable(error, call) && (error.wait ?? true),
    });
}

/** It may go better a moment later, and sending it again does no harm. */
const isRepeatable = (error: HttpFailure, call: Call): boolean =>
  error.status === 429 || (transient(error) && (call.repeatable || !error.maybeDone));

const transient = ({ status }: HttpFailure): boolean => status === null || status === 408 || status >= 500;

function address(base: string, call: Call): URL {
  const url = new URL(/^https?:/.test(call.path) ? call.path : base + call.path);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one));
  }
  return url;
}

/** Without the query, which can hold a signature. */
const pathOf = (call: Call): string => new URL(call.path, 'http://platform').pathname;

function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The sentence meant for people in an answer: `{message}`, `{errors: [{message}]}`, or the text itself. */
function wordsOf(body: unknown): string {
  if (body === null) return '';
  if (typeof body === 'string')
    return body
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
  const { message, errors } = body as { message?: unknown; errors?: { message?: unknown }[] };
  if (typeof message === 'string') return message;
  if (Array.isArray(errors)) return errors.map((error) => String(error.message ?? error)).join('; ');
  return JSON.stringify(body);
}

function remaining(headers: Headers): number | null {
  const value = headers.get('x-ratelimit-remaining') ?? headers.get('ratelimit-remaining');
  return value === null || !/^\d+$/.test(value) ? null : Number(value);
}
