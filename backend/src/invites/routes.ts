import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { idParams } from '../records/record-routes.ts';
import type { Settings } from '../settings.ts';
import { type InviteStore, inviteCreate, inviteView } from './store.ts';

/** Inviting people. The link can be copied, so it works without e-mail. */
export const inviteRoutes: FastifyPluginAsyncZod<{ invites: InviteStore; settings: Settings }> = async (
  app,
  { invites, settings },
) => {
  const config = { access: 'administer' } as const;
  const tags = ['invites'];
  app.get(
    '/invites',
    { config, schema: { tags, response: { 200: z.object({ data: z.array(inviteView) }) } } },
    async ({ principal }) => ({
      data: await invites.list(principal.orgId),
    }),
  );
  app.post(
    '/invites',
    {
      config,
      schema: {
        tags,
        body: inviteCreate,
        response: { 201: inviteView.extend({ link: z.string().describe('Shown this once') }) },
      },
    },
    async ({ principal, body }, reply) => {
      const { token, ...invite } = await invites.create(principal, body);
      return reply.code(201).send({ ...invite, link: `${settings.FRONTEND_URL}/invite/${token}` });
    },
  );
  app.delete(
    '/invites/:id',
    { config, schema: { tags, params: idParams, response: { 204: z.null() } } },
    async ({ principal, params }, reply) => {
      await invites.remove(principal, params.id);
      return reply.code(204).send(null);
    },
  );
};
