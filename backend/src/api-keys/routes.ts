import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { idParams } from '../records/record-routes.ts';
import { type ApiKeyStore, apiKeyCreate, apiKeyView } from './store.ts';

/** Keys for programs. */
export const apiKeyRoutes: FastifyPluginAsyncZod<{ apiKeys: ApiKeyStore }> = async (app, { apiKeys }) => {
  const config = { access: 'administer' } as const;
  const tags = ['api-keys'];
  app.get(
    '/api-keys',
    { config, schema: { tags, response: { 200: z.object({ data: z.array(apiKeyView) }) } } },
    async ({ principal }) => ({
      data: await apiKeys.list(principal.orgId),
    }),
  );
  app.post(
    '/api-keys',
    {
      config,
      schema: {
        tags,
        body: apiKeyCreate,
        response: { 201: apiKeyView.extend({ key: z.string().describe('Shown this once') }) },
      },
    },
    async ({ principal, body }, reply) => reply.code(201).send(await apiKeys.create(principal, body)),
  );
  app.delete(
    '/api-keys/:id',
    { config, schema: { tags, params: idParams, response: { 204: z.null() } } },
    async ({ principal, params }, reply) => {
      await apiKeys.remove(principal, params.id);
      return reply.code(204).send(null);
    },
  );
};
