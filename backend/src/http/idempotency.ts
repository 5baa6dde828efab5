import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { invalid, Problem } from '../problem.ts';

const keptSeconds = 86_400;
/** A request that never ended, because its process died, may be tried again after this. */
const runningSeconds = 60;
const keyPattern = /^[\x21-\x7e]{1,200}$/;

const remembered = z.object({
  mark: z.string(),
  answer: z
    .object({
      status: z.number(),
      headers: z.record(z.string(), z.string()),
      /** Null: it held a secret, which is shown once and kept nowhere. */
      body: z.string().nullable(),
    })
    .optional(),
});
type Remembered = z.infer<typeof remembered>;
const repeatedHeaders = ['content-type', 'location', 'etag'];

/**
 * A write sent again with the same Idempotency-Key within 24 h gets the first answer instead of a second effect.
 * The same key with another request is a validation problem; while the first is still running, a conflict. Answers with a secret
 * (`config.secretAnswer`) are not kept: the second request is a conflict that says so.
 */
export const idempotency = plugin(
  async (app: FastifyInstance, { redis }: { redis: Redis }) => {
    app.decorateRequest('idempotencyKey', null);

    app.addHook('preHandler', async (request, reply) => {
      const given = request.headers['idempotency-key'];
      if (given === undefined || request.method !== 'POST' || !request.principal) return;
      if (typeof given !== 'string' || !keyPattern.test(given))
        throw invalid(
          'idempotency-key',
          'idempotency-key.invalid',
          'Idempotency-Key has 1 to 200 visible characters.',
        );
      // What comes as a stream has not been read yet, so nothing can say whether it is the same request.
      if (request.body instanceof Readable)
        throw invalid(
          'idempotency-key',
          'idempotency-key.unsupported',
          'Files are sent without Idempotency-Key.',
        );
      const { orgId, userId, apiKeyId } = request.principal;
      const key = `conductor:once:${orgId}:${userId ?? apiKeyId ?? 'token'}:${given}`;
      const mark = createHash('sha256')
        .update(`${request.method} ${request.url}\n${JSON.stringify(request.body ?? null)}`)
        .digest('base64url');
      const mine = await redis.set(
        key,
        JSON.stringify({ mark } satisfies Remembered),
        'EX',
        runningSeconds,
        'NX',
      );
      if (mine) {
        request.idempotencyKey = { key, mark };
        return;
      }
      return repeat(reply, await redis.get(key), mark);
    });

    app.addHook('onSend', async (request: FastifyRequest, reply, payload) => {
      const running = request.idempotencyKey;
      if (!running) return;
      if (reply.statusCode >= 500 || !(typeof payload === 'string' || Buffer.isBuffer(payload)))
        await redis.del(running.key).catch(() => {});
      else {
        const isSecret = request.routeOptions.config.secretAnswer && reply.statusCode < 300;
        const answer = remember(running.mark, reply, isSecret ? null : payload.toString());
        await redis.set(running.key, JSON.stringify(answer), 'EX', keptSeconds).catch(() => {});
      }
    });
  },
  { name: 'idempotency' },
);

function remember(mark: string, reply: FastifyReply, body: string | null): Remembered {
  const headers = Object.fromEntries(
    repeatedHeaders.flatMap((name) => (reply.hasHeader(name) ? [[name, String(reply.getHeader(name))]] : [])),
  );
  return { mark, answer: { status: reply.statusCode, headers, body } };
}

function repeat(reply: FastifyReply, text: string | null, mark: string): FastifyReply {
  const known = text === null ? undefined : remembered.parse(JSON.parse(text));
  if (known === undefined)
    throw new Problem('conflict', {
      detail: 'The request with this Idempotency-Key has just ended; send it again.',
    });
  if (known.mark !== mark)
    throw invalid(
      'idempotency-key',
      'idempotency-key.reused',
      'This Idempotency-Key was used for another request.',
    );
  if (known.answer === undefined)
    throw new Problem('conflict', { detail: 'The request with this Idempotency-Key is still running.' });
  if (known.answer.body === null)
    throw new Problem('conflict', {
      detail: 'This was done by the first request with this Idempotency-Key, and its answer is shown once.',
    });
  return reply
    .code(known.answer.status)
    .headers({ ...known.answer.headers, 'idempotent-replay': 'true' })
    .serializer((body: string) => body)
    .send(known.answer.body);
}

declare module 'fastify' {
  interface FastifyRequest {
    idempotencyKey: { key: string; mark: string } | null;
  }
  interface FastifyContextConfig {
    /** The answer holds a secret that is shown once: it is kept nowhere. */
    secretAnswer?: boolean;
  }
}
