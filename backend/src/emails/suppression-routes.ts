import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Audit } from '../audit/audit.ts';
import { emailSchema } from '../fields/text.ts';
import { idSchema } from '../mongo/id.ts';
import { inTransaction, type Mongo } from '../mongo/mongo.ts';
import { Problem } from '../problem.ts';
import { wishesOf } from './recipients.ts';
import { lastRefusal } from './refusal.ts';
import { Suppressions, suppressionReasons } from './suppressions.ts';

/** Whether letters go to an address, and why not. */
const addressView = z
  .object({
    email: z.string(),
    suppressed: z.boolean().describe('It is on the list of those who get no letters'),
    reason: z
      .enum(suppressionReasons)
      .nullable()
      .describe('`unsubscribed`: they ended letters themselves; `asked`: an admin put them on the list'),
    since: z.iso.datetime().nullable(),
    byUserId: idSchema.nullable().describe('The admin who put it on the list, where that is known'),
    optedOut: z
      .boolean()
      .describe(
        'A lead or contact with this address opted out of marketing: nothing from templates goes to it',
      ),
    refusal: z
      .object({ at: z.iso.datetime(), words: z.string().nullable() })
      .nullable()
      .describe(
        'What its mail server said to the last letter, where it refused that one; others still go to it',
      ),
  })
  .meta({ id: 'MailAddress' });

/** Who gets no letters any more, asked for by address: the list holds marks of addresses alone. */
export const suppressionRoutes: FastifyPluginAsyncZod<{ mongo: Mongo; audit: Audit }> = async (
  app,
  { mongo, audit },
) => {
  const suppressions = new Suppressions(mongo);
  const config = { access: 'administer' } as const;
  const address = z.strictObject({ email: emailSchema });
  const tags = ['emails'];

  async function look(orgId: string, email: string): Promise<z.input<typeof addressView>> {
    const [listed, { optedOut }, refusal] = await Promise.all([
      suppressions.find(orgId, email),
      wishesOf(mongo, orgId, [email]),
      lastRefusal(mongo, orgId, email),
    ]);
    return {
      email,
      suppressed: listed !== null,
      reason: listed?.reason ?? null,
      since: listed?.at.toISOString() ?? null,
      byUserId: listed?.byUserId ?? null,
      optedOut: optedOut.length > 0,
      refusal: refusal && { at: refusal.at.toISOString(), words: refusal.words },
    };
  }

  app.get(
    '/suppressions',
    {
      config,
      schema: {
        tags,
        description: 'Whether letters go to an address, and if not, why and since when',
        querystring: address,
        response: { 200: addressView },
      },
    },
    async ({ principal, query }) => look(principal.orgId, query.email),
  );
  app.post(
    '/suppressions',
    {
      config,
      schema: {
        tags,
        description: 'Ends letters to an address; the reason of one that gets none already stays',
        body: address,
        response: { 201: addressView },
      },
    },
    async ({ principal, body }, reply) => {
      const { orgId, userId } = principal;
      const why = { reason: 'asked', ...(userId !== null && { byUserId: userId }) } as const;
      await inTransaction(mongo, async (session) => {
        const mark = await suppressions.add(orgId, body.email, why, session);
        if (mark === undefined) return;
        const fact = { action: 'suppression.added', entity: 'suppression', entityId: mark } as const;
        await audit.record(principal, fact, session);
      });
      return reply.code(201).send(await look(orgId, body.email));
    },
  );
  app.delete(
    '/suppressions',
    {
      config: { ...config, refuses: [404] },
      schema: {
        tags,
        description: 'Lets letters go to an address again, as its owner must have asked',
        querystring: address,
        response: { 204: z.null() },
      },
    },
    async ({ principal, query }, reply) => {
      await inTransaction(mongo, async (session) => {
        const mark = await suppressions.lift(principal.orgId, query.email, session);
        if (mark === undefined) throw new Problem('not-found');
        const fact = { action: 'suppression.lifted', entity: 'suppression', entityId: mark } as const;
        await audit.record(principal, fact, session);
      });
      return reply.code(204).send(null);
    },
  );
};
