import { i18n } from '@lingui/core';
import { apiAddress } from './config.ts';
import { Problem, problemOf } from './problem.ts';
import { noticeRelease } from './release.ts';
import type { Api } from './schema.generated.ts';

export type Operation = keyof Api;
export type Answer<Name extends Operation> = Api[Name]['answer'];
export type Body<Name extends Operation> = Api[Name] extends { body: infer Given } ? Given : undefined;
export type Query = Record<string, string | number | boolean | undefined | null>;

/** Values for the `{name}` parts of an operation's path. */
type PathOf<Name extends string> = Name extends `${string}{${infer Part}}${infer Rest}`
  ? { [Key in Part]: string } & PathOf<Rest>
  : unknown;

export type RequestOptions<Name extends Operation> = {
  query?: Query;
  /** Version that the change is based on; the API answers 412 if somebody else was faster. */
  version?: number;
  signal?: AbortSignal;
} & (Api[Name] extends { body: unknown } ? { body: Body<Name> } : { body?: undefined }) &
  (Name extends `${string}{${string}` ? { path: PathOf<Name> } : { path?: undefined });

/**
 * Asks the API: `ask('GET /leads/{id}', { path: { id } })`. Gives the answer's body (undefined for 204). Throws
 * {@link Problem} for every failure, `status` 0 when there was no answer. The own header makes a request from a foreign
 * page impossible without CORS (CSRF).
 */
export async function ask<Name extends Operation>(
  operation: Name,
  ...[options = {} as RequestOptions<Name>]: Partial<RequestOptions<Name>> extends RequestOptions<Name>
    ? [options?: RequestOptions<Name>]
    : [options: RequestOptions<Name>]
): Promise<Answer<Name>> {
  const response = await send(operation, options as RequestOptions<Name>);
  return (response.status === 204 ? undefined : await response.json()) as Answer<Name>;
}

/** Like {@link ask}, but gives the answer before its body is read: for bodies that come little by little. */
export async function send<Name extends Operation>(
  operation: Name,
  options: RequestOptions<Name>,
): Promise<Response> {
  const [method, template] = operation.split(' ') as [string, string];
  return request(method, fillPath(template, options.path) + queryString(options.query), options);
}

interface Sent {
  body?: unknown;
  version?: number;
  signal?: AbortSignal;
}

/** A request to a path that is known only when it is made, such as one that the API itself proposed. */
export async function request(method: string, path: string, options: Sent): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', 'X-Requested-With': 'conductor' };
  if (i18n.locale) headers['Accept-Language'] = i18n.locale;
  const form = options.body instanceof FormData;
  if (options.body !== undefined && !form) headers['Content-Type'] = 'application/json';
  if (options.version !== undefined) headers['If-Match'] = String(options.version);

  let response: Response;
  try {
    response = await fetch(apiAddress(path), {
      method,
      headers,
      credentials: 'include',
      body: form ? (options.body as FormData) : JSON.stringify(options.body),
      signal: options.signal,
    });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new Problem({ title: 'No answer', status: 0, code: 'offline' }, cause);
  }
  noticeRelease(response);
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** The template with its `{name}` parts filled in, each escaped so that it stays one part of the path. */
export function fillPath(template: string, path: Record<string, string> = {}): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''));
}

/** `?name=value…` of the parameters that have a value, or nothing. */
export function queryString(query: Query = {}): string {
  const entries = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  if (entries.length === 0) return '';
  return `?${new URLSearchParams(entries.map(([name, value]) => [name, String(value)]))}`;
}
