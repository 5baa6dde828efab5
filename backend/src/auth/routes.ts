import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { emailSchema, line } from '../fields/text.ts';
import { clientAddress } from '../http/client-address.ts';
import type { InviteStore } from '../invites/store.ts';
import { Mailer } from '../mail/mailer.ts';
import { localeSchema, type OrgDocument } from '../org/org.ts';
import { type Capability, can, capabilities } from '../policy/capabilities.ts';
import { defaultTimezone, type Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import { codeText } from '../second-factor/routes.ts';
import { type SecondFactors, wrongCode } from '../second-factor/store.ts';
import { sessionView } from '../sessions/store.ts';
import type { Settings } from '../settings.ts';
import { needsLink, needsSetup, requireLink, setUp, setupBody, setupView } from '../setup/setup.ts';
import type { AccountLetters } from '../users/account-letters.ts';
import { type AccountNeeds, announceRights, type UserStore } from '../users/store.ts';
import { mePatch, meSchema, preferencesOf } from '../users/user.ts';
import type { Authenticator } from './authenticate.ts';
import { beginSession, personAsPrincipal } from './begin-session.ts';
import { cookieOptions, sessionCookieName } from './cookie.ts';
import { googleRoutes } from './google.ts';
import type { Guesses } from './guesses.ts';
import { KnownDevices } from './known-device.ts';
import { passwordSchema } from './password.ts';

export type AuthNeeds = AccountNeeds & {
  settings: Settings;
  users: UserStore;
  invites: InviteStore;
  authenticator: Authenticator;
  guesses: Guesses;
  secondFactors: SecondFactors;
  accountLetters: AccountLetters;
};

/** Asking for something that needs no proof, such as a letter: ten times a quarter of an hour for one address and account. Where something is guessed, `guesses` counts the wrong tries. */
export const guessLimit = {
  max: 10,
  timeWindow: '15 minutes',
  hook: 'preHandler',
  keyGenerator: (request: FastifyRequest) =>
    `${clientAddress(request.ip)} ${(request.body as { email?: string } | undefined)?.email ?? ''}`,
} as const;

export const tokenText = z.string().min(20).max(200);

/** First run, signing in and out, and one's own account. */
export const authRoutes: FastifyPluginAsyncZod<AuthNeeds> = async (app, needs) => {
  const {
    settings,
    users,
    invites,
    sessions,
    outbox,
    audit,
    authenticator,
    guesses,
    secondFactors,
    accountLetters,
  } = needs;
  const devices = new KnownDevices(settings);
  const tags = ['auth'];
  const open = { access: 'open' } as const;
  const guarded = { ...open, rateLimit: guessLimit };
  const user = { access: 'user' } as const;

  app.get('/setup', { config: open, schema: { tags, response: { 200: setupView } } }, async () => ({
    needed: await needsSetup(needs),
    link: needsLink(settings),
    environment: settings.CONDUCTOR_ENVIRONMENT,
  }));
  app.post(
    '/setup',
    { config: guarded, schema: { tags, body: setupBody, response: { 201: meSchema } } },
    async (request, reply) => {
      if (await needsSetup(needs)) requireLink(settings, request.body.token);
      const admin = await setUp(needs, request.body);
      authenticator.forget();
      await beginSession(needs, request, reply, admin);
      return reply.code(201).send(await me(needs, personAsPrincipal(admin)));
    },
  );

  app.post(
    '/auth/login',
    {
      config: { ...open, refuses: [401] },
      schema: {
        tags,
        description:
          'With a second factor, `second-factor-required` asks for its code, or one of the recovery codes. Wrong tries are limited, signing in is not.',
        body: z.strictObject({
          email: emailSchema,
          password: z.string().min(1).max(200),
          code: codeText.optional(),
        }),
        response: { 200: meSchema },
      },
    },
    async (request, reply) => {
      const { email, password, code } = request.body;
      const provedBy = async () => {
        const person = await users.byPassword(email, password);
        if (!person)
          throw new Problem('unauthenticated', { detail: 'The e-mail address or the password is wrong.' });
        if (person.secondFactor && code !== undefined && !(await secondFactors.isRight(person, code)))
          throw wrongCode();
        return person;
      };
      const found = await guesses.counted(request, devices.counterOf(request, email), provedBy, email);
      if (found.secondFactor && code === undefined) throw new Problem('second-factor-required');
      await beginSession(needs, request, reply, found);
      // Not before: a password without its code would otherwise make room for more guesses of the code.
      await guesses.forget(request, email);
      devices.remember(reply, email);
      return me(needs, personAsPrincipal(found));
    },
  );
  app.post(
    '/auth/logout',
    { config: open, schema: { tags, response: { 204: z.null() } } },
    async (request, reply) => {
      const cookie = request.cookies[sessionCookieName(settings)];
      if (cookie !== undefined)
        await outbox.commit(async (session, tell) => {
          const ended = await sessions.endByToken(cookie, session);
          if (ended) tell(announceRights(ended, 'user', ended.userId));
        });
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
        response: {
          200: z.object({
            email: z.string(),
            locale: localeSchema.describe('The organisation’s, for whose browser speaks no language of ours'),
          }),
        },
      },
    },
    async (request) => guesses.counted(request, undefined, () => invites.look(request.params.token)),
  );
  app.post(
    '/auth/accept-invite',
    {
      // Wrong ones are counted by `guesses`: an office behind one address joins on the same morning.
      config: { ...open, refuses: [404] },
      schema: {
        tags,
        body: z.strictObject({ token: tokenText, name: line(100, 2), password: passwordSchema }),
        response: { 201: meSchema },
      },
    },
    async (request, reply) => {
      const joined = await guesses.counted(request, undefined, () =>
        invites.accept(request.body.token, request.body),
      );
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
      config: user,
      schema: {
        tags,
        body: z.strictObject({ current: z.string().min(1).max(200), next: passwordSchema }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { principal, body } = request;
      refuseMachines(principal);
      const account = principal.userId ?? undefined;
      await guesses.counted(
        request,
        account,
        () => users.changePassword(principal, body.current, body.next, accountLetters.tell('password')),
        account,
      );
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
      const { userId } = principal;
      await outbox.commit(async (session, tell) => {
        if (userId === null || !(await sessions.end(userId, params.id, session)))
          throw new Problem('not-found');
        await audit.record(principal, { action: 'session.ended', entity: 'user', entityId: userId }, session);
        tell(announceRights(principal, 'user', userId));
      });
      authenticator.forget();
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/auth/providers',
    {
      config: open,
      schema: {
        tags,
        response: {
          200: z.object({
            password: z.literal(true),
            google: z.boolean(),
            mail: z.boolean().describe('A link for a new password can be sent'),
          }),
        },
      },
    },
    async () => ({
      password: true as const,
      google: settings.GOOGLE_CLIENT_ID !== undefined,
      mail: new Mailer(settings).obstacle === undefined,
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
    secondFactor: person?.secondFactor !== undefined,
    recoveryCodes: person?.secondFactor?.recovery.length ?? 0,
    orgName: org?.name ?? null,
    locale: person?.locale ?? org?.locale ?? 'pt-BR',
    timezone: person?.timezone ?? org?.timezone ?? defaultTimezone,
    currency: org?.currency ?? 'BRL',
    signature: person?.signature ?? '',
    prefs: preferencesOf(person ?? { prefs: {} }),
    capabilities: (Object.keys(capabilities) as Capability[]).filter((capability) =>
      can(principal.role, capability),
    ),
  };
}

function refuseMachines({ userId }: Principal): void {
  if (userId === null)
    throw new Problem('forbidden', { detail: 'Only a person has an account of their own.' });
}
