import { z } from 'zod';
import { centsSchema, currencies, currencySchema, moneyShape } from '../fields/money.ts';
import { customFields, line, prose, tags } from '../fields/text.ts';
import { sortSchema } from '../http/cursor.ts';
import { field, filterSchema } from '../http/filter.ts';
import { pageParameters } from '../http/list.ts';
import { searchTokens } from '../http/search-tokens.ts';
import { leadSources } from '../leads/schema.ts';
import { idSchema } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import { Problem } from '../problem.ts';
import { job } from '../queue/jobs.ts';
import {
  isoOrNull,
  type Noun,
  newRecord,
  ownerHistory,
  type RecordDocument,
  recordShape,
  recordView,
} from '../records/record.ts';
import { type DealHealth, dealHealthSchema } from './health.ts';
import { type DealInsight, dealInsightSchema } from './insight.ts';

export const dealStatuses = ['open', 'won', 'lost'] as const;
export const contactRoles = ['decision_maker', 'champion', 'influencer', 'user', 'other'] as const;
const contactLink = z.strictObject({ contactId: idSchema, role: z.enum(contactRoles).default('other') });

const writable = {
  title: line(200, 3),
  amountCents: centsSchema,
  currency: currencySchema,
  probability: z.number().int().min(0).max(100).nullable(),
  expectedCloseOn: z.iso.date().nullable(),
  companyId: idSchema.nullable(),
  contacts: z.array(contactLink).max(20),
  ownerId: idSchema.nullable(),
  source: z.enum(leadSources).nullable(),
  products: prose(2000).nullable(),
  competitor: line(200).nullable(),
  tags,
  custom: customFields,
};

export const dealPatch = z
  .strictObject(writable)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'must change something')
  .meta({ id: 'DealPatch', description: 'A deal changes its stage by move, win, lose and reopen.' });
export type DealPatch = z.output<typeof dealPatch>;
export const dealCreate = z
  .strictObject({ ...writable, pipelineId: idSchema, stageId: idSchema, leadId: idSchema.nullable() })
  .partial()
  .required({ title: true })
  .meta({
    id: 'DealCreate',
    description: 'Begins in the first stage of the default pipeline unless said otherwise.',
  });
export type DealCreate = z.output<typeof dealCreate>;

export const dealSchema = z
  .object({
    ...recordShape,
    title: z.string(),
    ...moneyShape,
    pipelineId: idSchema,
    stageId: idSchema,
    status: z.enum(dealStatuses),
    probability: z.number().int().nullable().describe('Set by hand; the stage’s otherwise'),
    expectedCloseOn: z.iso.date().nullable(),
    companyId: idSchema.nullable(),
    contacts: z.array(z.object({ contactId: idSchema, role: z.enum(contactRoles) })),
    leadId: idSchema.nullable(),
    ownerId: idSchema.nullable(),
    source: z.enum(leadSources).nullable().describe('Where it came from: that of its lead unless changed'),
    products: z.string().nullable(),
    competitor: z.string().nullable(),
    lostReason: z.string().nullable(),
    lostNote: z.string().nullable(),
    closedAt: z.iso.datetime().nullable(),
    rank: z.string(),
    stageEnteredAt: z.iso.datetime(),
    stageHistory: z.array(
      z.object({ stageId: idSchema, enteredAt: z.iso.datetime(), exitedAt: z.iso.datetime().nullable() }),
    ),
    nextFollowUpAt: z.iso.datetime().nullable(),
    lastActivityAt: z.iso.datetime().nullable(),
    health: dealHealthSchema.nullable().describe('Null until the worker has judged it'),
    insight: dealInsightSchema.nullable().describe('Null until AI has looked at it'),
    tags: z.array(z.string()),
    custom: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  })
  .meta({ id: 'Deal' });
export type Deal = z.infer<typeof dealSchema>;

export const dealFilters = {
  status: field.word(dealStatuses),
  pipelineId: field.id(),
  stageId: field.id(),
  ownerId: field.id(),
  source: field.word(leadSources),
  companyId: field.id(),
  contactId: field.id('contacts.contactId'),
  tags: field.text(),
  title: field.text(),
  amountCents: field.number(),
  currency: field.word(currencies),
  expectedCloseOn: field.text(),
  createdAt: field.date(),
  updatedAt: field.date(),
  closedAt: field.date(),
  nextFollowUpAt: field.date(),
  'health.value': field.number(),
};
export const dealQuery = z.strictObject({
  ...pageParameters,
  filter: filterSchema(dealFilters),
  sort: sortSchema(
    ['createdAt', 'updatedAt', 'title', 'amountCents', 'expectedCloseOn', 'closedAt', 'rank'],
    '-updatedAt',
  ),
});

export interface DealDocument
  extends RecordDocument,
    Omit<
      Deal,
      | 'id'
      | 'createdAt'
      | 'updatedAt'
      | 'closedAt'
      | 'stageEnteredAt'
      | 'nextFollowUpAt'
      | 'lastActivityAt'
      | 'health'
      | 'insight'
      | 'source'
    > {
  closedAt: Date | null;
  stageEnteredAt: Date;
  nextFollowUpAt: Date | null;
  lastActivityAt: Date | null;
  health: DealHealth | null;
  /** Absent from deals older than the feature. */
  insight?: DealInsight | null;
  /** Absent from deals older than the field until the next release gives them their lead's. */
  source?: Deal['source'];
}

export const dealNoun: Noun<
  DealDocument,
  Deal,
  DealCreate & { pipelineId: string; stageId: string; rank: string; currency: Deal['currency'] },
  DealPatch
> = {
  kind: 'deal',
  collection: 'deals',
  filters: dealFilters,
  references: { ownerId: 'user', companyId: 'company', leadId: 'lead' },
  moreReferences: ({ contacts }) =>
    ((contacts ?? []) as Deal['contacts']).map(({ contactId }) => ({
      field: 'contacts',
      kind: 'contact' as const,
      id: contactId,
    })),
  make: (principal, given) => {
    const record = newRecord(principal);
    return {
      ...record,
      title: given.title,
      amountCents: given.amountCents ?? 0,
      currency: given.currency,
      pipelineId: given.pipelineId,
      stageId: given.stageId,
      status: 'open',
      probability: given.probability ?? null,
      expectedCloseOn: given.expectedCloseOn ?? null,
      companyId: given.companyId ?? null,
      contacts: given.contacts ?? [],
      leadId: given.leadId ?? null,
      ownerId: given.ownerId === undefined ? principal.userId : given.ownerId,
      source: given.source ?? null,
      products: given.products ?? null,
      competitor: given.competitor ?? null,
      lostReason: null,
      lostNote: null,
      closedAt: null,
      rank: given.rank,
      stageEnteredAt: record.createdAt,
      stageHistory: [{ stageId: given.stageId, enteredAt: record.createdAt.toISOString(), exitedAt: null }],
      nextFollowUpAt: null,
      lastActivityAt: null,
      health: null,
      insight: null,
      tags: given.tags ?? [],
      custom: given.custom ?? {},
    };
  },
  view: dealView,
  tokens: ({ title, tags, competitor }) => searchTokens([title, competitor, ...tags]),
  check: (after, before) => {
    if (
      before &&
      before.status !== 'open' &&
      after.status === before.status &&
      after.deletedAt === before.deletedAt
    )
      throw new Problem('invalid-transition', { detail: 'A closed deal is read-only. Reopen it first.' });
  },
  jobs: ({ orgId, _id, status }) => (status === 'open' ? [job('deals.health', { orgId, dealId: _id })] : []),
  history: (after, before) => [
    ...ownerHistory(after, before),
    ...(before && before.stageId !== after.stageId
      ? [
          {
            kind: 'stage_change' as const,
            meta: { from: before.stageId, to: after.stageId, status: after.status },
          },
        ]
      : []),
  ],
};

export function dealView(deal: DealDocument): Deal {
  return {
    ...recordView(deal),
    title: deal.title,
    amountCents: deal.amountCents,
    currency: deal.currency,
    pipelineId: deal.pipelineId,
    stageId: deal.stageId,
    status: deal.status,
    probability: deal.probability,
    expectedCloseOn: deal.expectedCloseOn,
    companyId: deal.companyId,
    contacts: deal.contacts,
    leadId: deal.leadId,
    ownerId: deal.ownerId,
    source: deal.source ?? null,
    products: deal.products,
    competitor: deal.competitor,
    lostReason: deal.lostReason,
    lostNote: deal.lostNote,
    closedAt: isoOrNull(deal.closedAt),
    rank: deal.rank,
    stageEnteredAt: deal.stageEnteredAt.toISOString(),
    stageHistory: deal.stageHistory,
    nextFollowUpAt: isoOrNull(deal.nextFollowUpAt),
    lastActivityAt: isoOrNull(deal.lastActivityAt),
    health: deal.health,
    insight: deal.insight ?? null,
    tags: deal.tags,
    custom: deal.custom,
  };
}

export const dealIndexes: Indexes = {
  deals: [
    { key: { orgId: 1, deletedAt: 1, pipelineId: 1, status: 1, stageId: 1, rank: 1, _id: 1 } },
    { key: { orgId: 1, deletedAt: 1, updatedAt: -1, _id: -1 } },
    { key: { orgId: 1, updatedAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, createdAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, amountCents: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, title: 1, _id: 1 } },
    { key: { orgId: 1, deletedAt: 1, ownerId: 1, status: 1, expectedCloseOn: 1 } },
    { key: { orgId: 1, deletedAt: 1, ownerId: 1, status: 1, amountCents: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, status: 1, closedAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, status: 1, amountCents: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, expectedCloseOn: 1, _id: 1 } },
    { key: { orgId: 1, companyId: 1 } },
    { key: { orgId: 1, 'contacts.contactId': 1 } },
    { key: { orgId: 1, ownerId: 1, nextFollowUpAt: 1 } },
    { key: { orgId: 1, deletedAt: 1, search: 1 } },
  ],
};
