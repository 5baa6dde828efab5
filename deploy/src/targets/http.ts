import { createHash } from 'node:crypto';
import { type Clock, retry } from 'conductor-backup/retry';
import { retryAfter } from 'conductor-backup/retry-after';

/** One request to a platform. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path after the base, or a whole address. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly body?: unknown;
  /** Beside those of every call. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Asking twice is the same as asking once, so it may be sent again when it is not known whether it was done. The others are
   * sent again only after a refusal that proves that nothing was done.
   */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal;
  /** Leaves the token out: for addresses that carry their own signature. Their answer may be text. */
  readonly anonymous?: boolean;
  /** It only looks, so an interrupted command need not wait for its answer. */
  readonly reads?: boolean;
  /** What an answer lacks, for one that is not what the platform promises; null when it is. */
  readonly lacks?: (body: unknown) => string | null;
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
  readonly kind: FailureKind;

  constructor(
    message: string,
    options: {
      status: number | null;
      maybeDone: boolean;
      text?: string;
      wait?: number | null;
      kind?: FailureKind;
      cause?: unknown;
    },
  ) {
    super(message, { cause: options.cause });
    this.name = 'HttpFailure';
    this.status = options.status;
    this.maybeDone = options.maybeDone;
    this.text = options.text ?? '';
    this.wait = options.wait ?? null;
    this.kind = options.kind ?? 'status';
  }
}

/**
 * `status`: what the status says. `unclear`: the platform calls it its own fault, in words that we do not know; the same words to the same
 * request once more are a refusal. `strange`: an answer that is not what the platform promises, such as a page.
 */
export type FailureKind = 'status' | 'unclear' | 'strange';

/** What a platform says against a request: for good, for now, because of too many requests, or in words that tell neither. */
export interface Objection {
  readonly text: string;
  readonly kind: 'refusal' | 'fault' | 'rate' | 'unclear';
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
  /** Finds the failure in an answer of 2xx or 5xx, where a platform's status tells nothing. */
  readonly objection?: (body: unknown, status: number) => Objection | null;
  /** Milliseconds for one request. Default 90 s: platforms have been seen to do the work after 30 s. */
  readonly deadline?: number;
  /** Milliseconds for a call with all its repetitions. Default 10 min. */
  readonly budget?: number;
  /** Told, for people, when a request has to wait because the platform limits how many it takes. */
  readonly say?: (text: string) => void;
  /** Ends what is waited for when it aborts. What begins afterwards is the clean-up, which is not ended. */
  readonly interrupt?: AbortSignal;
}

/** The connection was never made, so nothing can have been done. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const attempts = 6;
const longestText = 500;
/** Milliseconds that a platform is waited for when it takes no more requests. A longer wait is the caller's to decide. */
const longestWait = 60_000;
/** Milliseconds from which a wait is told. */
const noticeable = 3_000;
const statusOf: Readonly<Record<Objection['kind'], number>> = {
  refusal: 400,
  fault: 500,
  unclear: 500,
  rate: 429,
};

export type Http = (call: Call) => Promise<Answer>;

/**
 * The one HTTP client of the platform targets: a deadline for each request, repetition of what is safe to repeat with growing
 * pauses, obedience to Retry-After and to the rate limit headers, and the platform's own words kept for the error.
 * Fails with {@link HttpFailure} for every answer that is not 2xx or not what was promised, and with the reason of `interrupt`.
 */
export function createHttp(options: HttpOptions): Http {
  const { platform, clock, redact, deadline = 90_000, budget = 600_000, say, interrupt } = options;
  const request = options.fetch ?? globalThis.fetch;
  /** Time before which the platform wants no further request: its counter of remaining requests is at zero. */
  let closedUntil = 0;
  /** By request, the words of its last unclear failure. */
  const unclear = new Map<string, string>();

  async function once(call: Call, waiting: AbortSignal | undefined): Promise<Answer> {
    const stop = call.reads ? waiting : call.signal;
    const ends = AbortSignal.any([AbortSignal.timeout(deadline), ...(stop ? [stop] : [])]);
    let response: Response;
    let text: string;
    try {
      response = await request(address(options.base, call), {
        method: call.method,
        headers: {
          accept: 'application/json',
          ...(call.anonymous ? {} : options.headers),
          ...call.headers,
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        signal: ends,
        redirect: 'error',
      });
      text = await response.text();
    } catch (error) {
      stop?.throwIfAborted();
      throw unanswered(error, call);
    }
    const wait = retryAfter(response.headers, clock.now());
    if (remaining(response.headers) === 0) closedUntil = clock.now() + (wait ?? 1_000);
    const body = parsed(text);
    const objection =
      response.ok || response.status >= 500 ? (options.objection?.(body, response.status) ?? null) : null;
    if (response.ok && !objection) {
      const lack =
        typeof body === 'string' && !call.anonymous ? 'a page instead of data' : call.lacks?.(body);
      if (lack) throw strange(call, response.status, lack);
      return { status: response.status, body };
    }
    const status = objection ? statusOf[objection.kind] : response.status;
    throw new HttpFailure(`${platform} answered ${response.status} to ${call.method} ${pathOf(call)}`, {
      status,
      maybeDone: status >= 500 || status === 408,
      text: redact(objection?.text ?? wordsOf(body)).slice(0, longestText),
      wait,
      ...(objection?.kind === 'unclear' ? { kind: 'unclear' } : {}),
    });
  }

  /** What ends the waiting of a call. Once the command is interrupted, what begins is clean-up, and ends by itself. */
  function stopOf(call: Call): AbortSignal | undefined {
    const signals = [call.signal, interrupt?.aborted ? undefined : interrupt].filter(
      (one) => one !== undefined,
    );
    return signals.length === 0 ? undefined : AbortSignal.any(signals);
  }

  const strange = (call: Call, status: number, lack: string): HttpFailure =>
    new HttpFailure(`${platform} answered ${call.method} ${pathOf(call)} with ${lack} (status ${status})`, {
      status: 502,
      maybeDone: true,
      kind: 'strange',
    });

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

  async function attempt(call: Call, waiting: AbortSignal | undefined): Promise<Answer> {
    const left = closedUntil - clock.now();
    if (left > longestWait) throw closed(left);
    if (left > 0) {
      if (left >= noticeable) say?.(`${platform} takes no more requests until ${untilWords(left)}; waiting.`);
      await clock.sleep(left, waiting);
    }
    try {
      const answer = await once(call, waiting);
      unclear.delete(keyOf(call));
      return answer;
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      if (error.status === 429 && (error.wait ?? 0) > longestWait) throw closed(error.wait!, error);
      throw error.kind === 'unclear' ? judged(call, error) : error;
    }
  }

  const closed = (left: number, cause?: HttpFailure): HttpFailure =>
    new HttpFailure(`${platform} takes no more requests`, {
      status: 429,
      maybeDone: false,
      text: [cause?.text, `no more requests until ${untilWords(left)}`].filter(Boolean).join('; '),
      wait: left,
      ...(cause ? { cause } : {}),
    });

  /** `14:03:20 (in 59 min)` */
  function untilWords(left: number): string {
    const time = new Date(clock.now() + left).toTimeString().slice(0, 8);
    return `${time} (in ${left < 120_000 ? `${Math.ceil(left / 1_000)} s` : `${Math.ceil(left / 60_000)} min`})`;
  }

  /** The same words to the same request once more: a refusal, whatever the platform calls it. */
  function judged(call: Call, failure: HttpFailure): HttpFailure {
    const key = keyOf(call);
    const before = unclear.get(key);
    unclear.set(key, failure.text);
    if (before !== failure.text) return failure;
    unclear.delete(key);
    const { message, text, wait } = failure;
    return new HttpFailure(message, { status: 400, maybeDone: false, text, wait, cause: failure });
  }

  return (call) => {
    const signal = stopOf(call);
    return retry(() => attempt(call, signal), {
      attempts,
      pause: 500,
      budget,
      clock,
      signal,
      again: (error) => error instanceof HttpFailure && isRepeatable(error, call) && (error.wait ?? true),
    });
  };
}

/** Tells a request from others without keeping what it holds. */
const keyOf = ({ method, path, body }: Call): string =>
  createHash('sha256')
    .update(JSON.stringify([method, path, body ?? null]))
    .digest('base64');

/** It may go better a moment later, and sending it again does no harm. */
const isRepeatable = (error: HttpFailure, call: Call): boolean =>
  (error.status === 429 && (error.wait ?? 0) <= longestWait) ||
  (transient(error) && (call.repeatable || !error.maybeDone));

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
