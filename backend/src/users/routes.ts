import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Authenticator } from '../auth/authenticate.ts';
import { can } from '../policy/capabilities.ts';
import { idParams } from '../records/record-routes.ts';
import type { UserStore } from './store.ts';
import { colleagueSchema, userPatch } from './user.ts';

/** The people of the organisation: everyone may see who there is, admins change them. */
export const userRoutes: FastifyPluginAsyncZod<{
  users: UserStore;
  authenticator: Authenticator;
}> = async (app, { users, authenticator }) => {
  const tags = ['users'];
  app.get(
    '/users',
    {
      config: { access: 'user' },
      schema: { tags, response: { 200: z.object({ data: z.array(colleagueSchema) }) } },
    },
    async ({ principal }) => {
      const data = await users.list(principal.orgId);
      if (can(principal.role, 'administer')) return { data };
      // Whom it is worth guessing at is nobody else's business.
      return { data: data.map((colleague) => ({ ...colleague, secondFactor: null })) };
    },
  );
  app.patch(
    '/users/:id',
    {
      config: { access: 'administer' },
      schema: { tags, params: idParams, body: userPatch, response: { 200: colleagueSchema } },
    },
    async ({ principal, params, body }) => {
      const changed = await users.change(principal, params.id, body);
      authenticator.forget();
      return changed;
    },
  );
};
