import { z } from 'zod';
import { cnpjSchema } from '../fields/cnpj.ts';
import { centsSchema, currencySchema } from '../fields/money.ts';
import { phoneSchema } from '../fields/phone.ts';
import {
  consentSchema,
  customFields,
  emailSchema,
  line,
  prose,
  states,
  tags,
  webAddress,
} from '../fields/text.ts';
import { sortSchema } from '../http/cursor.ts';
import { field, filterSchema } from '../http/filter.ts';
import { pageParameters } from '../http/list.ts';
import { idSchema } from '../mongo/id.ts';
import { recordShape } from '../records/record.ts';

export const leadStatuses = ['new', 'contacted', 'qualified', 'unqualified', 'converted'] as const;
export const leadSources = [
  'website_form',
  'whatsapp',
  'phone',
  'referral',
  'linkedin',
  'event',
  'outbound',
  'import',
  'api',
  'other',
] as const;
export const scoreClasses = ['hot', 'warm', 'cold'] as const;
export const nextActionKinds = ['call', 'email', 'whatsapp', 'meeting', 'research'] as const;

const utmSchema = z.strictObject({
  source: line(200).optional(),
  medium: line(200).optional(),
  campaign: line(200).optional(),
  term: line(200).optional(),
  content: line(200).optional(),
});

/** What people may write on a lead. Null clears an optional field. */
const writable = {
  name: line(100, 2),
  email: emailSchema.nullable(),
  phone: phoneSchema.nullable(),
  companyName: line(200).nullable(),
  jobTitle: line(100).nullable(),
  website: webAddress.nullable(),
  cnpj: cnpjSchema.nullable(),
  city: line(100).nullable(),
  state: z.enum(states).nullable(),
  source: z.enum(leadSources),
  sourceDetails: line(500).nullable(),
  message: prose(5000).nullable(),
  status: z.enum(leadStatuses),
  unqualifiedReason: line(200).nullable(),
  estimatedValueCents: centsSchema.nullable(),
  currency: currencySchema.describe('Of the estimated value; the organisation’s unless said'),
  ownerId: idSchema.nullable(),
  tags,
  custom: customFields,
  consent: consentSchema,
  utm: utmSchema,
};

export const leadCreate = z
  .strictObject({
    ...writable,
    email: writable.email.optional(),
    phone: writable.phone.optional(),
    companyName: writable.companyName.optional(),
    jobTitle: writable.jobTitle.optional(),
    website: writable.website.optional(),
    cnpj: writable.cnpj.optional(),
    city: writable.city.optional(),
    state: writable.state.optional(),
    source: writable.source.default('other'),
    sourceDetails: writable.sourceDetails.optional(),
    message: writable.message.optional(),
    status: writable.status.default('new'),
    unqualifiedReason: writable.unqualifiedReason.optional(),
    estimatedValueCents: writable.estimatedValueCents.optional(),
    currency: writable.currency.optional(),
    ownerId: writable.ownerId.optional(),
    tags: writable.tags.default([]),
    custom: writable.custom.default({}),
    consent: writable.consent.optional(),
    utm: writable.utm.default({}),
  })
  .meta({ id: 'LeadCreate', description: 'A new lead. An e-mail address or a phone number is required.' });
export type LeadCreate = z.output<typeof leadCreate>;

export const leadPatch = z
  .strictObject(writable)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'must change something')
  .meta({ id: 'LeadPatch', description: 'The fields to change; null clears an optional one.' });
export type LeadPatch = z.output<typeof leadPatch>;

const scoreSchema = z.object({
  value: z.number().int().min(0).max(100),
  class: z.enum(scoreClasses),
  rules: z.object({
    seniority: z.number().int(),
    fit: z.number().int(),
    engagement: z.number().int(),
    quality: z.number().int(),
    signals: z.number().int(),
  }),
  aiAdj: z.number().int(),
  reasons: z.array(
    z.object({
      code: z.string(),
      text: z.string(),
      polarity: z.enum(['positive', 'negative']),
      evidence: z.string(),
    }),
  ),
  missing: z.array(z.string()),
  nextActions: z.array(
    z.object({
      code: z.string(),
      kind: z.enum(nextActionKinds),
      text: z.string(),
      priority: z.enum(['high', 'normal', 'low']),
      dueInHours: z.number().int(),
    }),
  ),
  suggestedOwnerId: idSchema.nullable().describe('Who AI would give it to'),
  source: z.enum(['rules', 'ai', 'manual']),
  runId: z.string().nullable(),
  at: z.iso.datetime(),
});

const leadFields = z.object({
  ...recordShape,
  name: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  companyName: z.string().nullable(),
  jobTitle: z.string().nullable(),
  website: z.string().nullable(),
  cnpj: z.string().nullable(),
  city: z.string().nullable(),
  state: z.enum(states).nullable(),
  source: z.enum(leadSources),
  sourceDetails: z.string().nullable(),
  message: z.string().nullable(),
  status: z.enum(leadStatuses),
  unqualifiedReason: z.string().nullable(),
  estimatedValueCents: z.number().int().nullable(),
  currency: currencySchema,
  ownerId: idSchema.nullable(),
  tags: z.array(z.string()),
  custom: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  consent: z.object({
    legalBasis: z.string().nullable(),
    at: z.iso.datetime({ offset: true }).nullable(),
    source: z.string().nullable(),
    marketingOptOut: z.boolean(),
    trackingOptOut: z.boolean(),
    aiOptOut: z.boolean(),
  }),
  utm: z.record(z.string(), z.string()),
  score: scoreSchema.nullable().describe('Null until the worker has scored it'),
  scoreOverride: z
    .object({ value: z.number().int(), reason: z.string(), by: idSchema.nullable() })
    .nullable(),
  nextFollowUpAt: z.iso.datetime().nullable(),
  lastActivityAt: z.iso.datetime().nullable(),
  firstResponseAt: z.iso.datetime().nullable(),
  converted: z
    .object({
      dealId: idSchema.nullable(),
      contactId: idSchema,
      companyId: idSchema.nullable(),
      at: z.iso.datetime(),
    })
    .nullable(),
});
export const leadSchema = leadFields.meta({ id: 'Lead' });
export type Lead = z.infer<typeof leadSchema>;

/** What a list shows of a lead: of its score the result alone, which is a third of what there is to tell. */
export const leadRowSchema = leadFields
  .extend({ score: scoreSchema.pick({ value: true, class: true, source: true, at: true }).nullable() })
  .meta({
    id: 'LeadRow',
    description: 'A lead in a list; why its score is what it is, the lead itself says.',
  });
export type LeadRow = z.infer<typeof leadRowSchema>;
export type LeadScore = z.infer<typeof scoreSchema>;

export const leadFilters = {
  status: field.word(leadStatuses),
  source: field.word(leadSources),
  ownerId: field.id(),
  'score.class': field.word(scoreClasses),
  'score.value': field.number(),
  tags: field.text(),
  email: field.text(),
  name: field.text(),
  companyName: field.text(),
  city: field.text(),
  state: field.word(states),
  createdAt: field.date(),
  updatedAt: field.date(),
  lastActivityAt: field.date(),
  nextFollowUpAt: field.date(),
  estimatedValueCents: field.number(),
} as const;

export const leadQuery = z.strictObject({
  ...pageParameters,
  filter: filterSchema(leadFilters),
  sort: sortSchema(
    [
      'createdAt',
      'updatedAt',
      'name',
      'score.value',
      'nextFollowUpAt',
      'lastActivityAt',
      'estimatedValueCents',
    ],
    '-createdAt',
  ),
});
export type LeadQuery = z.output<typeof leadQuery>;
