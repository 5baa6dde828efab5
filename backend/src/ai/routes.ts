import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { idParams } from '../records/record-routes.ts';
import type { Ai } from './ai.ts';
import {
  aiStatusSchema,
  assistantBody,
  assistantEventSchema,
  emailDraftsBody,
  emailDraftsSchema,
  feedbackBody,
  providerTestSchema,
  summaryBody,
  timelineSummarySchema,
  usageQuery,
  usageSchema,
} from './schema.ts';
import { sendEvents } from './sse.ts';

/** A person asks for one thing at a time; this stops a script from spending the month's budget in a minute. */
const rateLimit = { max: 30, timeWindow: '1 minute' };

/** What AI offers besides the judgement of leads and deals, which are asked for at the records themselves. */
export const aiRoutes: FastifyPluginAsyncZod<{ ai: Ai }> = async (app, { ai }) => {
  const tags = ['ai'];
  const user = { access: 'user' } as const;
  const asking = { access: 'user', rateLimit } as const;
  const administer = { access: 'administer' } as const;

  app.get(
    '/ai/status',
    { config: user, schema: { tags, response: { 200: aiStatusSchema } } },
    async ({ principal }) => ai.status(principal.orgId),
  );

  app.post(
    '/ai/email-drafts',
    { config: asking, schema: { tags, body: emailDraftsBody, response: { 200: emailDraftsSchema } } },
    async ({ principal, body }) => ai.draftEmails(principal, body),
  );

  app.post(
    '/ai/summary',
    { config: asking, schema: { tags, body: summaryBody, response: { 200: timelineSummarySchema } } },
    async ({ principal, body }) => ai.summarise(principal, body.link),
  );

  app.post(
    '/ai/assistant',
    {
      config: asking,
      schema: {
        tags,
        body: assistantBody,
        response: {
          200: {
            description: 'Server-sent events until `done` or `error`',
            content: { 'text/event-stream': { schema: assistantEventSchema } },
          },
        },
      },
    },
    async (request, reply) => sendEvents(request, reply, ai.assist(request.principal, request.body)),
  );

  app.post(
    '/ai/runs/:id/feedback',
    { config: user, schema: { tags, params: idParams, body: feedbackBody, response: { 204: z.null() } } },
    async ({ principal, params, body }, reply) => {
      await ai.rate(principal, params.id, body);
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/ai/usage',
    { config: administer, schema: { tags, querystring: usageQuery, response: { 200: usageSchema } } },
    async ({ principal, query }) => ai.usage(principal.orgId, query.month),
  );

  app.post(
    '/ai/test',
    { config: { ...administer, rateLimit }, schema: { tags, response: { 200: providerTestSchema } } },
    async ({ principal }) => ({ data: await ai.test(principal) }),
  );
};
