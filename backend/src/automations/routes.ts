import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { pageOf, pageParameters } from '../http/list.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { AutomationRuns, automationNames, automationRunSchema } from './runs.ts';

const { limit, cursor } = pageParameters;

/** What the automations did, newest first. What they are to do is a setting of the organisation. */
export const automationRoutes: FastifyPluginAsyncZod<{ mongo: Mongo }> = async (app, { mongo }) => {
  const runs = new AutomationRuns(mongo);
  app.get(
    '/automations/runs',
    {
      config: { access: 'administer' },
      schema: {
        tags: ['settings'],
        querystring: z.strictObject({ limit, cursor, rule: z.enum(automationNames).optional() }),
        response: { 200: pageOf(automationRunSchema) },
      },
    },
    async ({ principal, query }) => runs.list(principal.orgId, query),
  );
};
