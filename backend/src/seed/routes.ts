import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { addExamples, countExamples, type DemoNeeds, removeExamples } from './demo/demo.ts';

const demoDataSchema = z
  .object({ present: z.boolean(), records: z.number().int().describe('How many, of all kinds') })
  .meta({ id: 'DemoData' });

/** Example data to try things with, and taking all of it away again. An admin asks for both, also in production. */
export const demoRoutes: FastifyPluginAsyncZod<DemoNeeds> = async (app, needs) => {
  const config = { access: 'administer' } as const;
  const tags = ['demo data'];

  app.get(
    '/demo-data',
    { config, schema: { tags, response: { 200: demoDataSchema } } },
    async ({ principal }) => {
      const records = await countExamples(needs, principal.orgId);
      return { present: records > 0, records };
    },
  );

  app.post(
    '/demo-data',
    { config, schema: { tags, response: { 201: demoDataSchema } } },
    async ({ principal }, reply) =>
      reply.code(201).send({ present: true, records: await addExamples(needs, principal) }),
  );

  app.delete(
    '/demo-data',
    { config, schema: { tags, response: { 204: z.null() } } },
    async ({ principal }, reply) => {
      await removeExamples(needs, principal);
      return reply.code(204).send(null);
    },
  );
};
