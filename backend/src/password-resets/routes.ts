import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Guesses } from '../auth/guesses.ts';
import { passwordSchema } from '../auth/password.ts';
import { guessLimit, tokenText } from '../auth/routes.ts';
import { emailSchema } from '../fields/text.ts';
import type { Letters } from '../mail/letters.ts';
import { Mailer } from '../mail/mailer.ts';
import { Problem } from '../problem.ts';
import { idParams } from '../records/record-routes.ts';
import type { Settings } from '../settings.ts';
import type { AccountLetters } from '../users/account-letters.ts';
import type { UserStore } from '../users/store.ts';
import { resetLetter } from './letter.ts';
import { type PasswordResets, resetLinkView } from './store.ts';

interface ResetNeeds {
  settings: Settings;
  users: UserStore;
  letters: Letters;
  accountLetters: AccountLetters;
  passwordResets: PasswordResets;
  guesses: Guesses;
}

/** A new password for whoever forgot theirs: by a link that is sent, or that an admin makes. */
export const passwordResetRoutes: FastifyPluginAsyncZod<ResetNeeds> = async (app, needs) => {
  const { settings, users, letters, accountLetters, passwordResets, guesses } = needs;
  const mailer = new Mailer(settings);
  const tags = ['auth'];
  // Wrong ones are counted by `guesses`, which lets an office through one address choose theirs on the same morning.
  const config = { access: 'open', rateLimit: { max: 100, timeWindow: '15 minutes' } } as const;
  const linkOf = (token: string) => `${settings.FRONTEND_URL}/reset/${token}`;

  app.post(
    '/auth/forgot',
    {
      config: { access: 'open', rateLimit: guessLimit },
      schema: {
        tags,
        description: 'The answer is the same for everybody, so that it does not tell who is here.',
        body: z.strictObject({ email: emailSchema }),
        response: { 202: z.null() },
      },
    },
    async (request, reply) => {
      if (mailer.obstacle) throw new Problem('smtp-not-configured', { detail: mailer.reason });
      // Never waited for: how long it takes would tell who is here. Each try counts, so that nobody fills the mailboxes of others.
      const asked = guesses.counted(request, request.body.email, async () => {
        await passwordResets.create(request.body.email, {
          also: (reset, within) => letters.queueLetter(resetLetter(reset, linkOf(reset.token)), within),
        });
        // Counted whether or not there is such a person.
        throw new Problem('not-found');
      });
      asked.catch((error: unknown) => {
        if (!(error instanceof Problem) || error.status >= 500)
          request.log.error({ err: error }, 'a link for a new password could not be made');
      });
      return reply.code(202).send(null);
    },
  );

  app.get(
    '/auth/resets/:token',
    {
      config,
      schema: {
        tags,
        params: z.strictObject({ token: tokenText }),
        response: { 200: z.object({ email: z.string() }) },
      },
    },
    async (request) =>
      guesses.counted(request, undefined, async () => {
        const { email } = await passwordResets.find(request.params.token);
        return { email };
      }),
  );

  app.post(
    '/auth/reset',
    {
      config: { ...config, refuses: [404] },
      schema: {
        tags,
        description: 'Signs the person out everywhere; they sign in with the new password then.',
        body: z.strictObject({ token: tokenText, password: passwordSchema }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { token, password } = request.body;
      await guesses.counted(request, undefined, () =>
        passwordResets.use(token, password, accountLetters.tell('password-by-link')),
      );
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/users/:id/password-reset',
    {
      config: { access: 'administer', secretAnswer: true },
      schema: { tags: ['users'], params: idParams, response: { 201: resetLinkView } },
    },
    async ({ principal, params }, reply) => {
      const user = await users.get(params.id);
      if (user?.orgId !== principal.orgId) throw new Problem('not-found');
      const reset = await passwordResets.create(user.email, { by: principal });
      if (reset === undefined)
        throw new Problem('conflict', {
          detail: 'Who is disabled, or belongs to the example data, cannot sign in. Enable them first.',
        });
      return reply.code(201).send({
        link: linkOf(reset.token),
        email: user.email,
        expiresAt: reset.expiresAt.toISOString(),
      });
    },
  );
};
