import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import {
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb';
import { Problem, type ProblemCode, type ProblemLanguage, problemBody, problemLanguage } from '../problem.ts';
import { type Issue, issueText } from '../texts/issue-text.ts';

const byStatus: Record<number, ProblemCode> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  413: 'payload-too-large',
  415: 'unsupported-media-type',
  429: 'rate-limited',
};

/** All errors leave as RFC 9457 problems: ours, the framework's, the stores', and those nobody expected. */
export const problems = plugin(
  async (app: FastifyInstance, { base, report }: { base: string; report: (error: unknown) => void }) => {
    app.setNotFoundHandler((request, reply) => send(base, request, reply, new Problem('not-found')));
    app.setErrorHandler((error, request, reply) => {
      const problem = toProblem(error, request);
      if (problem.status >= 500) {
        request.log.error({ err: error }, 'request failed');
        if (problem.code === 'internal') report(error);
      }
      return send(base, request, reply, problem);
    });
  },
  { name: 'problems' },
);

/** Answers with a problem. */
export function send(base: string, request: FastifyRequest, reply: FastifyReply, problem: Problem) {
  const body = problemBody(problem, {
    base,
    instance: request.url.split('?')[0] ?? '/',
    requestId: request.id,
    language: problemLanguage(request.headers['accept-language']),
  });
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(body);
}

function toProblem(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  if (hasZodFastifySchemaValidationErrors(error))
    return validationProblem(error, problemLanguage(request.headers['accept-language']));
  if (isStoreOutage(error))
    return new Problem('unavailable', { headers: { 'retry-after': '2' }, cause: error });
  if (isFullStore(error))
    return new Problem('not-writable', { headers: { 'retry-after': '30' }, detail: fullStore, cause: error });
  const { statusCode, code, message } = error as FastifyError;
  if (statusCode && statusCode >= 400 && statusCode < 500) {
    const known = byStatus[statusCode] ?? 'bad-request';
    // The framework's own messages (FST_…) describe the request, never our state.
    const detail = code?.startsWith('FST_') || known === 'bad-request' ? message : undefined;
    const retryAfter = known === 'rate-limited' && request.server.rateLimitWindowSeconds;
    return new Problem(known, {
      detail,
      cause: error,
      headers: retryAfter ? { 'retry-after': String(retryAfter) } : {},
    });
  }
  return new Problem('internal', { cause: error });
}

function validationProblem(
  error: Parameters<typeof hasZodFastifySchemaValidationErrors>[0],
  language: ProblemLanguage,
): Problem {
  const { validation, validationContext } = error as FastifyError;
  const inBody = validationContext === 'body';
  return new Problem('validation', {
    cause: error,
    errors: (validation ?? []).map(({ instancePath, keyword, message, params }) => {
      const path = instancePath.replace(/^\/+/, '');
      const name = path.replaceAll('/', '.') || 'body';
      return {
        pointer: inBody ? `#/${path}` : path.replaceAll('/', '.'),
        code: `${name}.${keyword === 'invalid_type' && /received undefined/.test(message ?? '') ? 'required' : 'invalid'}`,
        detail: issueText({ ...params, code: keyword } as Issue, message, language),
      };
    }),
  });
}

const fullStore =
  'The database takes no changes now, as when its disk is full. Reading goes on, and saving works again by itself once there is room.';

/** Whether a store that answers refuses every change: MongoDB's OutOfDiskSpace; Redis whose disk, or memory, is full. */
function isFullStore(error: unknown): boolean {
  if (error instanceof MongoServerError) return error.code === 14031;
  const { name, message } = (error ?? {}) as { name?: string; message?: string };
  return name === 'ReplyError' && /^(MISCONF|OOM) /.test(message ?? '');
}

const outages = [
  MongoServerSelectionError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoTopologyClosedError,
];

/** Whether a store could not be asked at all, as against having refused. */
function isStoreOutage(error: unknown): boolean {
  if (outages.some((outage) => error instanceof outage)) return true;
  if (error instanceof MongoServerError) return error.hasErrorLabel('RetryableWriteError');
  const { name, message, code } = (error ?? {}) as { name?: string; message?: string; code?: string };
  return (
    name === 'MaxRetriesPerRequestError' ||
    code === 'ECONNREFUSED' ||
    /^(Connection is closed|Stream isn't writeable|Command timed out)/.test(message ?? '')
  );
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Length of the window in which requests are counted. */
    rateLimitWindowSeconds: number;
  }
}
