import { setTimeout as sleep } from 'node:timers/promises';

export interface PostOptions {
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds before the first repetition; each pause is twice the one before. */
  readonly pause?: number;
  /** Milliseconds for one request. */
  readonly deadline?: number;
}

const attempts = 4;

/**
 * Posts JSON, and again when there was no answer, 429 or 5xx, honouring Retry-After in seconds. The address may be a secret
 * (Slack's is), so errors name no more than its host.
 */
export async function postJson(
  url: URL,
  body: string,
  { signal, headers, pause = 500, deadline = 5_000 }: PostOptions,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await postOnce(
      url,
      body,
      headers,
      AbortSignal.any([signal, AbortSignal.timeout(deadline)]),
    );
    if (outcome.ok) return;
    signal.throwIfAborted();
    if (!outcome.again || attempt === attempts) {
      const times = attempt === 1 ? '' : ` (${attempt} attempts)`;
      throw new Error(`${url.host} ${outcome.problem}${times}`);
    }
    await sleep(outcome.wait ?? pause * 2 ** (attempt - 1), undefined, { signal });
  }
}

type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly again: boolean; readonly problem: string; readonly wait?: number };

async function postOnce(
  url: URL,
  body: string,
  headers: PostOptions['headers'],
  signal: AbortSignal,
): Promise<Outcome> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'error',
      signal,
    });
    await response.body?.cancel();
  } catch (error) {
    const code = (error as { cause?: { code?: string } }).cause?.code;
    return { ok: false, again: true, problem: `did not answer${code ? ` (${code})` : ''}` };
  }
  if (response.ok) return { ok: true };
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    ok: false,
    again: response.status === 429 || response.status >= 500,
    problem: `answered ${response.status}`,
    ...(Number.isFinite(seconds) ? { wait: seconds * 1000 } : {}),
  };
}
