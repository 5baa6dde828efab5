import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { emailSchema, line } from '../fields/text.ts';
import type { InviteStore } from '../invites/store.ts';
import type { OrgDocument } from '../org/org.ts';
import { type Capability, can, capabilities } from '../policy/capabilities.ts';
import { defaultTimezone, type Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import { sessionView } from '../sessions/store.ts';
import type { Settings } from '../settings.ts';
import { needsSetup, setUp, setupBody } from '../setup/setup.ts';
import type { AccountNeeds, UserStore } from '../users/store.ts';
import { mePatch, meSchema, preferences } from '../users/user.ts';
import type { Authenticator } from './authenticate.ts';
import { beginSession, personAsPrincipal } from './begin-session.ts';
import { cookieOptions, sessionCookieName } from './cookie.ts';
import { googleRoutes } from './google.ts';
import { passwordSchema } from './password.ts';

export type AuthNeeds = AccountNeeds & {
  settings: Settings;
  users: UserStore;
  invites: InviteStore;
  authenticator: Authenticator;
};

/** Guessing passwords or links: ten tries a quarter of an hour for one address and account. */
export const guessLimit = {
  max: 10,
  timeWindow: '15 minutes',
  hook: 'preHandler',
  keyGenerator: (request: FastifyRequest) =>
    `${request.ip} ${(request.body as { email?: string } | undefined)?.email ?? ''}`,
} as const;

const tokenText = z.string().min(20).max(200);

/** First run, signing in and out, and one's own account. */
export const authRoutes: FastifyPluginAsyncZod<AuthNeeds> = async (app, needs) => {
  const { settings, users, invites, sessions, audit, authenticator } = needs;
  const tags = ['auth'];
  const open = { access: 'open' } as const;
  const guarded = { ...open, rateLimit: guessLimit };
  const user = { access: 'user' } as const;

  app.get(
    '/setup',
    { config: open, schema: { tags, response: { 200: z.object({ needed: z.boolean() }) } } },
    async () => ({
      needed: await needsSetup(needs),
    }),
  );
  app.post(
    '/setup',
    { config: guarded, schema: { tags, body: setupBody, response: { 201: meSchema } } },
    async (request, reply) => {
      const admin = await setUp(needs, request.body);
      authenticator.forget();
      await beginSession(needs, request, reply, admin);
      return reply.code(201).send(await me(needs, personAsPrincipal(admin)));
    },
  );

  app.post(
    '/auth/login',
    {
      config: guarded,
      schema: {
        tags,
        body: z.strictObject({ email: emailSchema, password: z.string().min(1).max(200) }),
        response: { 200: meSchema },
      },
    },
    async (request, reply) => {
      const found = await users.byPassword(request.body.email, request.body.password);
      if (!found)
        throw new Problem('unauthenticated', { detail: 'The e-mail address or the password is wrong.' });
      await beginSession(needs, request, reply, found);
      return me(needs, personAsPrincipal(found));
    },
  );
  app.post(
    '/auth/logout',
    { config: open, schema: { tags, response: { 204: z.null() } } },
    async (request, reply) => {
      const cookie = request.cookies[sessionCookieName(settings)];
      if (cookie !== undefined) await sessions.endByToken(cookie);
      authenticator.forget();
      return reply.clearCookie(sessionCookieName(settings), cookieOptions(settings)).code(204).send(null);
    },
  );

  app.get(
    '/auth/invites/:token',
    {
      config: { ...open, rateLimit: { max: 30, timeWindow: '15 minutes' } },
      schema: {
        tags,
        params: z.strictObject({ token: tokenText }),
        response: { 200: z.object({ email: z.string() }) },
      },
    },
    async ({ params }) => ({ email: (await invites.find(params.token)).email }),
  );
  app.post(
    '/auth/accept-invite',
    {
      config: guarded,
      schema: {
        tags,
        body: z.strictObject({ token: tokenText, name: line(100, 2), password: passwordSchema }),
        response: { 201: meSchema },
      },
    },
    async (request, reply) => {
      const joined = await invites.accept(request.body.token, request.body);
      await beginSession(needs, request, reply, joined);
      return reply.code(201).send(await me(needs, personAsPrincipal(joined)));
    },
  );

  app.get(
    '/auth/me',
    { config: user, schema: { tags, response: { 200: meSchema } } },
    async ({ principal }) => me(needs, principal),
  );
  app.patch(
    '/auth/me',
    { config: user, schema: { tags, body: mePatch, response: { 200: meSchema } } },
    async ({ principal, body }) => {
      refuseMachines(principal);
      await users.changeOwn(principal, body);
      authenticator.forget();
      return me(needs, principal);
    },
  );
  app.post(
    '/auth/password',
    {
      config: { ...user, rateLimit: guessLimit },
      schema: {
        tags,
        body: z.strictObject({ current: z.string().min(1).max(200), next: passwordSchema }),
        response: { 204: z.null() },
      },
    },
    async ({ principal, body }, reply) => {
      refuseMachines(principal);
      await users.changePassword(principal, body.current, body.next);
      authenticator.forget();
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/auth/sessions',
    { config: user, schema: { tags, response: { 200: z.object({ data: z.array(sessionView) }) } } },
    async ({ principal }) => ({
      data: principal.userId === null ? [] : await sessions.list(principal.userId, principal.sessionId),
    }),
  );
  app.delete(
    '/auth/sessions/:id',
    {
      config: user,
      schema: {
        tags,
        params: z.strictObject({ id: z.string().min(1).max(40) }),
        response: { 204: z.null() },
      },
    },
    async ({ principal, params }, reply) => {
      if (principal.userId === null || !(await sessions.end(principal.userId, params.id)))
        throw new Problem('not-found');
      await audit.record(principal, { action: 'session.ended', entity: 'user', entityId: principal.userId });
      authenticator.forget();
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/auth/providers',
    {
      config: open,
      schema: { tags, response: { 200: z.object({ password: z.literal(true), google: z.boolean() }) } },
    },
    async () => ({
      password: true as const,
      google: settings.GOOGLE_CLIENT_ID !== undefined,
    }),
  );
  await app.register(googleRoutes, needs);
};

async function me({ mongo, users }: AuthNeeds, principal: Principal) {
  const [person, org] = await Promise.all([
    principal.userId === null ? null : users.get(principal.userId),
    mongo.db.collection<OrgDocument>('orgs').findOne({ _id: principal.orgId }),
  ]);
  return {
    id: principal.userId,
    name: person?.name ?? principal.name,
    email: person?.email ?? null,
    role: principal.role,
    teamId: person?.teamId ?? null,
    status: 'active' as const,
    orgId: principal.orgId,
    orgName: org?.name ?? null,
    locale: person?.locale ?? org?.locale ?? 'pt-BR',
    timezone: person?.timezone ?? org?.timezone ?? defaultTimezone,
    currency: org?.currency ?? 'BRL',
    signature: person?.signature ?? '',
    prefs: person?.prefs ?? preferences.parse({}),
    capabilities: (Object.keys(capabilities) as Capability[]).filter((capability) =>
      can(principal.role, capability),
    ),
  };
}

function refuseMachines({ userId }: Principal): void {
  if (userId === null)
    throw new Problem('forbidden', { detail: 'Only a person has an account of their own.' });
}
