import type { Clock } from '@conductor/backup/retry';
import { createHttp, HttpFailure } from '../http.ts';
import { PlatformRefusal, type Refusal, refusalOfStatus } from '../refusal.ts';
import type { Operation } from './operations.ts';

/** Runs one operation of Railway's API. Fails with {@link PlatformRefusal}. */
export type Api = <Data>(operation: Operation<Data>, variables?: Record<string, unknown>) => Promise<Data>;

export interface ApiOptions {
  readonly address: string;
  readonly token: RailwayToken;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
  readonly fetch?: typeof globalThis.fetch;
  readonly deadline?: number;
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

/** Railway's usual form of failure is HTTP 200 with `errors`. */
function objection(body: unknown) {
  const { errors } = (body ?? {}) as { errors?: { message?: string; extensions?: { code?: string } }[] };
  if (!errors?.length) return null;
  const text = errors.map((error) => error.message ?? 'no reason given').join('; ');
  const fault = errors.some((error) => error.extensions?.code === 'INTERNAL_SERVER_ERROR');
  return { text, maybeDone: fault || /problem processing request|timed? ?out|internal/i.test(text) };
}

/** Railway has no codes for these, so its sentences are read, here and nowhere else. First match wins. */
const sentences: readonly (readonly [RegExp, Refusal])[] = [
  [/token|unauthenticated/i, 'token'],
  [/not authorized|unauthorized|forbidden|permission/i, 'scope'],
  [/region/i, 'region'],
  [/domain.*(taken|in use|already|not available)/i, 'domain'],
  [/already exists|name.*taken/i, 'name'],
  [/limit|quota|exceeded|maximum/i, 'quota'],
  [/plan|upgrade|subscription/i, 'plan'],
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
