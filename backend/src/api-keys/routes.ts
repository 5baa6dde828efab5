import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Authenticator } from '../auth/authenticate.ts';
import { idParams } from '../records/record-routes.ts';
import { type ApiKeyStore, apiKeyCreate, apiKeyView } from './store.ts';

/** Keys for programs. */
export const apiKeyRoutes: FastifyPluginAsyncZod<{
  apiKeys: ApiKeyStore;
  authenticator: Authenticator;
}> = async (app, { apiKeys, authenticator }) => {
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
      config: { ...config, secretAnswer: true },
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
      authenticator.forget();
      return reply.code(204).send(null);
    },
  );
};
