import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { roles } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import type { Settings } from '../settings.ts';
import { sessionCookie, type TokenAccess } from './token-access.ts';

const me = z
  .object({ name: z.string(), role: z.enum(roles), orgId: z.string(), userId: z.string().nullable() })
  .meta({ id: 'Me' });

/** Signing in with the access token: the browser keeps a cookie that scripts cannot read. */
export const authRoutes: FastifyPluginAsyncZod<{ settings: Settings; access: TokenAccess }> = async (
  app,
  { settings, access },
) => {
  const tags = ['auth'];
  const cookie = {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: settings.FRONTEND_URL.startsWith('https:'),
  } as const;

  app.post(
    '/auth/login',
    {
      config: { access: 'open', rateLimit: { max: 10, timeWindow: '15 minutes' } },
      schema: {
        tags,
        body: z.strictObject({ token: z.string().min(1).max(200) }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const session = access.open(request.body.token);
      if (!session) throw new Problem('unauthenticated', { detail: 'This is not the access token.' });
      return reply
        .setCookie(sessionCookie, session.cookie, { ...cookie, maxAge: session.maxAgeSeconds })
        .code(204)
        .send(null);
    },
  );

  app.post(
    '/auth/logout',
    { config: { access: 'open' }, schema: { tags, response: { 204: z.null() } } },
    async (_request, reply) => reply.clearCookie(sessionCookie, cookie).code(204).send(null),
  );

  app.get(
    '/auth/me',
    { config: { access: 'user' }, schema: { tags, response: { 200: me } } },
    async ({ principal }) => ({
      name: principal.name,
      role: principal.role,
      orgId: principal.orgId,
      userId: principal.userId,
    }),
  );
};
