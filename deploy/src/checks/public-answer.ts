import type { CheckContext } from './context.ts';

/** What the public address answered. */
export interface PublicAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Asks the running release through its public address, without following redirects. `pass`: headers that let the request through while
 * visitors are kept out. Throws a sentence when there is no answer.
 */
export async function askPublic(
  url: string,
  signal: AbortSignal,
  pass: CheckContext['pass'] = {},
): Promise<PublicAnswer> {
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: pass,
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  } catch (error) {
    signal.throwIfAborted();
    const { code } = (error as { cause?: { code?: string } }).cause ?? {};
    throw new Error(`${url} does not answer (${code ?? (error as Error).name})`, { cause: error });
  }
}
