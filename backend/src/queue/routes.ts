import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Problem } from '../problem.ts';
import { queueNames } from './jobs.ts';
import { deadLetters, type Queues, retryDeadLetter } from './queues.ts';

const deadLetterSchema = z.object({
  queue: z.enum(queueNames),
  id: z.string(),
  name: z.string(),
  attempts: z.number().int(),
  reason: z.string(),
  failedAt: z.iso.datetime(),
});

/** What failed for good, and trying it again. */
export const queueRoutes: FastifyPluginAsyncZod<{ queues: Queues }> = async (app, { queues }) => {
  const config = { access: 'operate' } as const;
  const tags = ['queues'];

  app.get(
    '/queues/dead-letter',
    {
      config,
      schema: {
        tags,
        querystring: z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(50) }),
        response: { 200: z.object({ data: z.array(deadLetterSchema) }) },
      },
    },
    async ({ query }) => ({ data: await deadLetters(queues, query.limit) }),
  );

  app.post(
    '/queues/dead-letter/:queue/:id/retry',
    {
      config,
      schema: {
        tags,
        params: z.strictObject({ queue: z.enum(queueNames), id: z.string().min(1).max(100) }),
        response: { 202: z.object({ status: z.literal('queued') }) },
      },
    },
    async ({ params }, reply) => {
      if (!(await retryDeadLetter(queues, params.queue, params.id))) throw new Problem('not-found');
      return reply.code(202).send({ status: 'queued' as const });
    },
  );
};
