import { createHttp, HttpFailure, type HttpOptions, type Objection } from '../http.ts';
import { PlatformRefusal, type Refusal, refusalOfStatus } from '../refusal.ts';
import { lackOf } from '../rest.ts';
import type { Operation } from './operations.ts';

/** Runs one operation of Railway's API. Fails with {@link PlatformRefusal}. */
export type Api = <Data>(operation: Operation<Data>, variables?: Record<string, unknown>) => Promise<Data>;

/** It only looks. */
export const isQuery = ({ document }: Pick<Operation<unknown>, 'document'>): boolean =>
  /^\s*query\b/.test(document);

export interface ApiOptions
  extends Pick<HttpOptions, 'clock' | 'redact' | 'fetch' | 'deadline' | 'say' | 'interrupt'> {
  readonly address: string;
  readonly token: RailwayToken;
}

/** An account's or workspace's token reaches all its projects; a project token one environment of one project. */
export type RailwayToken = { readonly kind: 'account' | 'project'; readonly value: string };

export function createApi({ address, token, ...options }: ApiOptions): Api {
  const http = createHttp({
    ...options,
    platform: 'Railway',
    base: address,
    headers:
      token.kind === 'project'
        ? { 'Project-Access-Token': token.value }
        : { authorization: `Bearer ${token.value}` },
    objection,
  });
  return async (operation, variables = {}) => {
    try {
      const { body } = await http({
        method: 'POST',
        path: '',
        body: { query: operation.document, variables },
        repeatable: operation.repeatable,
        reads: isQuery(operation),
        lacks: (answer) => lackOf(operation.data, (answer as { data?: unknown } | null)?.data ?? null),
      });
      return operation.data.parse((body as { data: unknown }).data);
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      throw new PlatformRefusal('Railway', refusalOf(error), {
        said: error.text || error.message,
        cause: error,
      });
    }
  };
}

/**
 * Railway's usual form of failure is HTTP 200 with `errors`. Its code tells nothing: refusals carry INTERNAL_SERVER_ERROR like faults of
 * its own, so the words are read, and words that nobody here knows are heard twice before they count as a refusal.
 */
function objection(body: unknown, status: number): Objection | null {
  const { errors } = (body ?? {}) as { errors?: { message?: string; extensions?: { code?: string } }[] };
  if (!Array.isArray(errors) || errors.length === 0) return null;
  const text = errors.map((error) => error.message ?? 'no reason given').join('; ');
  if (/rate.?limit|too many requests/i.test(text)) return { text, kind: 'rate' };
  if (faults.test(text)) return { text, kind: 'fault' };
  if (refusalOfSentence(text) !== 'other') return { text, kind: 'refusal' };
  const own = errors.some((error) => error.extensions?.code === 'INTERNAL_SERVER_ERROR');
  if (own) return { text, kind: 'unclear' };
  return { text, kind: status >= 500 ? 'fault' : 'refusal' };
}

/** What Railway says of trouble of its own, which goes by. */
const faults =
  /problem processing request|timed? ?out|internal (server )?error|try (again|later)|temporar|unavailable|bad gateway/i;

/** Railway has no codes for these, so its sentences are read, here and nowhere else. First match wins. */
const sentences: readonly (readonly [RegExp, Refusal])[] = [
  [/token|unauthenticated|not logged in/i, 'token'],
  [/not authorized|unauthorized|forbidden|permission|access denied/i, 'scope'],
  [/region/i, 'region'],
  [/domain.*(taken|in use|already|not available)/i, 'domain'],
  [/already exists|name.*taken/i, 'name'],
  [/limit|quota|exceeded|maximum/i, 'quota'],
  [/\bplan\b|upgrade|subscription|\btrial\b|billing|payment/i, 'plan'],
  [/commit not found|repo(sitory)?.*(not found|access)|image.*not found|github/i, 'source'],
  [/not found/i, 'absent'],
];

export const refusalOfSentence = (text: string): Refusal =>
  sentences.find(([pattern]) => pattern.test(text))?.[1] ?? 'other';

export function refusalOf(failure: HttpFailure): Refusal {
  const byStatus = refusalOfStatus(failure);
  if (byStatus !== 'other') return byStatus;
  return refusalOfSentence(failure.text);
}
