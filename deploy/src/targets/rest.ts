import { z } from 'zod';
import { createHttp, HttpFailure, type HttpOptions } from './http.ts';
import { PlatformRefusal, type Refusal, refusalOfStatus } from './refusal.ts';

/** An operation of a REST API: the published one, and the part of its answer that we read. */
export interface RestOperation<Data> {
  /** `operationId` of the published OpenAPI. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with its parameters in braces, after the version: `/services/{serviceId}`. */
  readonly path: string;
  readonly data: z.ZodType<Data>;
  /** Doing it twice is the same as doing it once. */
  readonly repeatable: boolean;
}

/** An operation that reads. */
export const get = <Data>(id: string, path: string, data: z.ZodType<Data>): RestOperation<Data> => {
  return { id, method: 'GET', path, data, repeatable: true };
};

/** One that makes something new each time. */
export const make = <Data>(
  id: string,
  method: 'POST' | 'PUT',
  path: string,
  data: z.ZodType<Data>,
): RestOperation<Data> => ({ id, method, path, data, repeatable: false });

/** One that sets something to a value. */
export const set = <Data>(
  id: string,
  method: RestOperation<Data>['method'],
  path: string,
  data: z.ZodType<Data>,
): RestOperation<Data> => ({ id, method, path, data, repeatable: true });

/** The answer of an operation is of no interest. */
export const none = z.unknown().transform(() => null);

export interface Arguments {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly body?: unknown;
  /** Beside those of every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Why an answer is not what its operation promises, for people. Null when it is. */
export function lackOf(data: z.ZodType, body: unknown): string | null {
  if (body === null && !data.safeParse(null).success) return 'nothing instead of data';
  const { error } = data.safeParse(body);
  const issue = error?.issues[0];
  return issue ? `an answer in which "${issue.path.join('.')}" is not as promised` : null;
}

/** Runs one operation. Fails with {@link PlatformRefusal}. */
export type Rest = <Data>(operation: RestOperation<Data>, args?: Arguments) => Promise<Data>;

/** Words in which a platform refuses, where its status alone does not say enough. First match wins. */
export type Sentences = readonly (readonly [RegExp, Refusal])[];

export function createRest(options: HttpOptions, sentences: Sentences): Rest {
  const http = createHttp(options);
  return async (operation, { path = {}, query, body, headers } = {}) => {
    try {
      const answer = await http({
        method: operation.method,
        path: operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name]!)),
        ...(query ? { query } : {}),
        ...(body === undefined ? {} : { body }),
        ...(headers ? { headers } : {}),
        repeatable: operation.repeatable,
        reads: operation.method === 'GET',
        lacks: (body) => lackOf(operation.data, body),
      });
      return operation.data.parse(answer.body);
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      const refusal = refusalIn(error, sentences);
      // What is not there is deleted: also by a first try whose reply was lost.
      if (operation.method === 'DELETE' && refusal === 'absent') return operation.data.parse(null);
      throw new PlatformRefusal(options.platform, refusal, {
        said: error.text || error.message,
        cause: error,
      });
    }
  };
}

function refusalIn(failure: HttpFailure, sentences: Sentences): Refusal {
  const byStatus = refusalOfStatus(failure);
  if (['unreachable', 'strange', 'token', 'rate'].includes(byStatus)) return byStatus;
  return sentences.find(([pattern]) => pattern.test(failure.text))?.[1] ?? byStatus;
}
