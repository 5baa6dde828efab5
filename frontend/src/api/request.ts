import { i18n } from '@lingui/core';
import { apiAddress } from './config.ts';
import { Problem, problemOf } from './problem.ts';

export interface RequestOptions {
  query?: Record<string, string | number | boolean | undefined | null>;
  body?: unknown;
  /** Version that the change is based on; the API answers 412 if somebody else was faster. */
  version?: number;
  signal?: AbortSignal;
}

/**
 * Asks the API and gives the answer's body (undefined for 204). Throws {@link Problem} for every failure, `status` 0 when
 * there was no answer. The own header makes a request from a foreign page impossible without CORS (CSRF).
 */
export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', 'X-Requested-With': 'conductor' };
  if (i18n.locale) headers['Accept-Language'] = i18n.locale;
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.version !== undefined) headers['If-Match'] = String(options.version);

  let response: Response;
  try {
    response = await fetch(apiAddress(path) + queryString(options.query), {
      method,
      headers,
      credentials: 'include',
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new Problem({ title: 'No answer', status: 0, code: 'offline' }, cause);
  }
  if (!response.ok) throw await problemOf(response);
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

/** `?name=value…` of the parameters that have a value, or nothing. */
export function queryString(query: RequestOptions['query'] = {}): string {
  const entries = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  if (entries.length === 0) return '';
  return `?${new URLSearchParams(entries.map(([name, value]) => [name, String(value)]))}`;
}
