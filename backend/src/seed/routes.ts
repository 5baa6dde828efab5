import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Problem } from '../problem.ts';

const demoDataSchema = z
  .object({ present: z.boolean(), records: z.number().int().describe('How many, of all kinds') })
  .meta({ id: 'DemoData' });

/** Example data to try things with, and taking all of it away again. */
export const demoRoutes: FastifyPluginAsyncZod = async (app) => {
  const config = { access: 'administer' } as const;
  const tags = ['demo data'];
  app.get('/demo-data', { config, schema: { tags, response: { 200: demoDataSchema } } }, async () => ({
    present: false,
    records: 0,
  }));
  app.post('/demo-data', { config, schema: { tags, response: { 201: demoDataSchema } } }, async () => {
    throw new Problem('unavailable');
  });
  app.delete('/demo-data', { config, schema: { tags, response: { 204: z.null() } } }, async () => {
    throw new Problem('unavailable');
  });
};
