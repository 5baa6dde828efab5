import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type LinkKind, linkKinds } from '../activities/activity.ts';
import { collectionOf } from '../activities/links.ts';
import { dealStatuses } from '../deals/deal.ts';
import { moneyShape } from '../fields/money.ts';
import { RememberedRows } from '../http/rows.ts';
import { searchFilter } from '../http/search-tokens.ts';
import type { AnyDocument, AnyFilter } from '../mongo/document.ts';
import { idSchema } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { storedBytes } from '../mongo/stored.ts';
import { policy } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';

const perGroup = 5;
const hit = z.object({
  entity: z.enum(linkKinds),
  id: idSchema,
  title: z.string(),
  subtitle: z.string().nullable(),
  ownerId: idSchema.nullable(),
  deal: z
    .object({ ...moneyShape, status: z.enum(dealStatuses) })
    .nullable()
    .describe('Of deals what they are worth and how they stand, for the reader’s language'),
});
type Hit = z.infer<typeof hit>;

type Named = Pick<Hit, 'title' | 'subtitle'> & Partial<Hit>;
const titles: Record<LinkKind, (record: AnyDocument) => Named> = {
  lead: ({ name, companyName, email, phone }) => ({ title: name, subtitle: companyName ?? email ?? phone }),
  contact: ({ firstName, lastName, jobTitle, emails }) => ({
    title: [firstName, lastName].filter(Boolean).join(' '),
    subtitle: jobTitle ?? emails[0]?.value ?? null,
  }),
  company: ({ name, domain, industry }) => ({ title: name, subtitle: domain ?? industry }),
  deal: ({ title, status, currency, amountCents }) => ({
    title,
    subtitle: null,
    deal: { status, amountCents, currency },
  }),
};

const rowsOf = (entity: LinkKind) =>
  new RememberedRows<AnyDocument, Hit>((record) => ({
    entity,
    id: record._id,
    ownerId: record.ownerId ?? null,
    deal: null,
    ...titles[entity](record),
  }));
const rows: Record<LinkKind, RememberedRows<AnyDocument, Hit>> = {
  lead: rowsOf('lead'),
  contact: rowsOf('contact'),
  company: rowsOf('company'),
  deal: rowsOf('deal'),
};

/** Search over everything at once, five of a kind; without words, what changed last. */
export const searchRoutes: FastifyPluginAsyncZod<{ mongo: Mongo }> = async (app, { mongo }) => {
  app.get(
    '/search',
    {
      config: { access: 'user' },
      schema: {
        tags: ['search'],
        querystring: z.strictObject({ q: z.string().trim().max(100).default('') }),
        response: { 200: z.object({ data: z.array(hit) }) },
      },
    },
    async ({ principal, query }) => ({ data: await searchAll(mongo, principal, query.q) }),
  );
};

/** What matches all words, among what the principal may read. */
export async function searchAll(mongo: Mongo, principal: Principal, q: string): Promise<Hit[]> {
  return (await Promise.all(linkKinds.map((kind) => find(mongo, principal, kind, q)))).flat();
}

async function find(mongo: Mongo, principal: Principal, kind: LinkKind, q: string): Promise<Hit[]> {
  const filter = { ...policy(principal, 'read', kind), deletedAt: null, ...searchFilter(q) } as AnyFilter;
  const sort = q === '' ? ({ updatedAt: -1, _id: -1 } as const) : undefined;
  const found = await storedBytes(mongo, collectionOf[kind], filter, { sort, limit: perGroup });
  return found.map((bytes) => rows[kind].of(bytes));
}
