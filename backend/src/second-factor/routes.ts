import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Authenticator } from '../auth/authenticate.ts';
import type { Guesses } from '../auth/guesses.ts';
import { isPassword } from '../auth/password.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { OrgDocument } from '../org/org.ts';
import type { Principal } from '../policy/principal.ts';
import { invalid, Problem } from '../problem.ts';
import { idParams } from '../records/record-routes.ts';
import type { AccountLetters } from '../users/account-letters.ts';
import type { UserStore } from '../users/store.ts';
import type { UserDocument } from '../users/user.ts';
import type { SecondFactors } from './store.ts';

interface SecondFactorNeeds {
  mongo: Mongo;
  users: UserStore;
  secondFactors: SecondFactors;
  accountLetters: AccountLetters;
  guesses: Guesses;
  authenticator: Authenticator;
}

export const codeText = z.string().trim().min(6).max(20);
const passwordText = z.string().min(1).max(200);
const recoveryView = z.object({ recoveryCodes: z.array(z.string()).describe('Shown this once') });

/** One's own second factor, and taking it away from somebody whose phone is gone. */
export const secondFactorRoutes: FastifyPluginAsyncZod<SecondFactorNeeds> = async (app, needs) => {
  const { mongo, users, secondFactors, accountLetters, guesses, authenticator } = needs;
  const tags = ['auth'];
  const config = { access: 'user' } as const;

  app.post(
    '/auth/second-factor',
    {
      config: { ...config, secretAnswer: true },
      schema: {
        tags,
        description:
          'Begins: the secret for an authenticator app. It counts once a code of it was confirmed.',
        body: z.strictObject({ password: passwordText }),
        response: { 201: z.object({ secret: z.string(), uri: z.string().describe('For a QR code') }) },
      },
    },
    async (request, reply) => {
      const user = await guesses.counted(request, request.principal.userId ?? undefined, () =>
        proved(request.principal, request.body.password),
      );
      const org = await mongo.db.collection<OrgDocument>('orgs').findOne({ _id: user.orgId });
      return reply.code(201).send(await secondFactors.begin(user, org?.name ?? 'Conductor CRM'));
    },
  );

  app.post(
    '/auth/second-factor/confirm',
    {
      config: { ...config, secretAnswer: true },
      schema: {
        tags,
        body: z.strictObject({ code: codeText }),
        response: { 201: recoveryView },
      },
    },
    async (request, reply) => {
      const { principal } = request;
      const recoveryCodes = await guesses.counted(request, principal.userId ?? undefined, async () =>
        secondFactors.confirm(
          principal,
          await person(principal),
          request.body.code,
          accountLetters.tell('factor-on'),
        ),
      );
      authenticator.forget();
      return reply.code(201).send({ recoveryCodes });
    },
  );

  app.post(
    '/auth/second-factor/recovery-codes',
    {
      config: { ...config, secretAnswer: true },
      schema: {
        tags,
        description: 'New recovery codes; those of before work no longer.',
        body: z.strictObject({ password: passwordText }),
        response: { 201: recoveryView },
      },
    },
    async (request, reply) => {
      const { principal, body } = request;
      const user = await guesses.counted(request, principal.userId ?? undefined, () =>
        proved(principal, body.password),
      );
      const told = accountLetters.tell('recovery-codes');
      return reply
        .code(201)
        .send({ recoveryCodes: await secondFactors.renewRecovery(principal, user, told) });
    },
  );

  app.post(
    '/auth/second-factor/off',
    {
      config,
      schema: { tags, body: z.strictObject({ password: passwordText }), response: { 204: z.null() } },
    },
    async (request, reply) => {
      const { principal, body } = request;
      const user = await guesses.counted(request, principal.userId ?? undefined, () =>
        proved(principal, body.password),
      );
      await users.changeSecondFactor(principal, user._id, null, accountLetters.tell('factor-off'));
      return reply.code(204).send(null);
    },
  );

  app.delete(
    '/users/:id/second-factor',
    {
      config: { access: 'administer' },
      schema: { tags: ['users'], params: idParams, response: { 204: z.null() } },
    },
    async ({ principal, params }, reply) => {
      if (params.id === principal.userId)
        throw new Problem('conflict', {
          detail: 'Your own is switched off in your profile, with your password.',
        });
      const told = accountLetters.tell('factor-off', principal);
      await users.changeSecondFactor(principal, params.id, null, told);
      return reply.code(204).send(null);
    },
  );

  async function person({ userId }: Principal): Promise<UserDocument> {
    const user = userId === null ? null : await users.get(userId);
    if (!user) throw new Problem('forbidden', { detail: 'Only a person has an account of their own.' });
    return user;
  }

  /** Who is asking, proved by their password: an open screen alone is not enough. */
  async function proved(principal: Principal, password: string): Promise<UserDocument> {
    const user = await person(principal);
    if (user.passwordHash === null)
      throw new Problem('conflict', {
        detail: 'Who signs in with Google alone has no password here: the second factor is Google’s.',
      });
    if (!(await isPassword(password, user.passwordHash)))
      throw invalid('#/password', 'password.wrong', 'This is not your present password.');
    return user;
  }
};
