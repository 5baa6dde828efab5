import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Letters } from '../mail/letters.ts';
import { idParams } from '../records/record-routes.ts';
import type { Settings } from '../settings.ts';
import { inviteLetter } from './letter.ts';
import { type InviteStore, inviteCreate, inviteView } from './store.ts';

interface Needs {
  invites: InviteStore;
  letters: Letters;
  settings: Settings;
}

/** Inviting people: by e-mail where it is configured, and always by a link that can be copied. */
export const inviteRoutes: FastifyPluginAsyncZod<Needs> = async (app, { invites, letters, settings }) => {
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
      config: { ...config, secretAnswer: true },
      schema: {
        tags,
        body: inviteCreate,
        response: {
          201: inviteView.extend({
            link: z.string().describe('Shown this once'),
            mailed: z.boolean().describe('Whether a letter with the link is on its way'),
          }),
        },
      },
    },
    async ({ principal, body }, reply) => {
      const linkOf = (token: string) => `${settings.FRONTEND_URL}/invite/${token}`;
      let mailed = false;
      const { token, ...invite } = await invites.create(principal, body, async (made, org, within) => {
        const letter = inviteLetter({
          inviter: principal.name,
          org,
          to: made.email,
          link: linkOf(made.token),
        });
        mailed = await letters.queueLetter(letter, within);
      });
      return reply.code(201).send({ ...invite, link: linkOf(token), mailed });
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
