import { searchTokens } from '../http/search-tokens.ts';
import { firstCurrency } from '../org/currency.ts';
import type { Principal } from '../policy/principal.ts';
import { invalid, Problem } from '../problem.ts';
import { job } from '../queue/jobs.ts';
import {
  isoOrNull,
  type Noun,
  newRecord,
  ownerHistory,
  type RecordDocument,
  recordView,
} from '../records/record.ts';
import { type Lead, type LeadCreate, type LeadPatch, type LeadRow, leadFilters } from './schema.ts';

/** A lead as it is stored. */
export interface LeadDocument
  extends RecordDocument,
    Omit<
      Lead,
      'id' | 'createdAt' | 'updatedAt' | 'nextFollowUpAt' | 'lastActivityAt' | 'firstResponseAt' | 'currency'
    > {
  /** Absent from leads older than the choice of a currency. */
  currency?: Lead['currency'];
  nextFollowUpAt: Date | null;
  lastActivityAt: Date | null;
  firstResponseAt: Date | null;
}
type NewLead = Omit<LeadDocument, 'search'>;
/** What a lead is made from: what somebody gave, and what the organisation decides. */
export type NewLeadGiven = LeadCreate & { currency: Lead['currency'] };

function newLead(principal: Principal, given: NewLeadGiven): NewLead {
  return {
    ...newRecord(principal),
    name: given.name,
    email: given.email ?? null,
    phone: given.phone ?? null,
    companyName: given.companyName ?? null,
    jobTitle: given.jobTitle ?? null,
    website: given.website ?? null,
    cnpj: given.cnpj ?? null,
    city: given.city ?? null,
    state: given.state ?? null,
    source: given.source,
    sourceDetails: given.sourceDetails ?? null,
    message: given.message ?? null,
    status: given.status,
    unqualifiedReason: given.unqualifiedReason ?? null,
    estimatedValueCents: given.estimatedValueCents ?? null,
    currency: given.currency,
    ownerId:
      given.ownerId === undefined && principal.role === 'rep' ? principal.userId : (given.ownerId ?? null),
    tags: given.tags,
    custom: given.custom,
    consent: given.consent ?? {
      legalBasis: null,
      at: null,
      source: null,
      marketingOptOut: false,
      trackingOptOut: false,
      aiOptOut: false,
    },
    utm: given.utm,
    score: null,
    scoreOverride: null,
    nextFollowUpAt: null,
    lastActivityAt: null,
    firstResponseAt: null,
    converted: null,
  };
}

/** A lead as the API shows it: named fields only, so nothing stored leaks by being stored. */
export function leadView(lead: LeadDocument): Lead {
  return {
    ...recordView(lead),
    name: lead.name,
    email: lead.email,
    phone: lead.phone,
    companyName: lead.companyName,
    jobTitle: lead.jobTitle,
    website: lead.website,
    cnpj: lead.cnpj,
    city: lead.city,
    state: lead.state,
    source: lead.source,
    sourceDetails: lead.sourceDetails,
    message: lead.message,
    status: lead.status,
    unqualifiedReason: lead.unqualifiedReason,
    estimatedValueCents: lead.estimatedValueCents,
    currency: lead.currency ?? firstCurrency,
    ownerId: lead.ownerId,
    tags: lead.tags,
    custom: lead.custom,
    consent: lead.consent,
    utm: lead.utm,
    // Scores older than the suggestion have none.
    score: lead.score && { ...lead.score, suggestedOwnerId: lead.score.suggestedOwnerId ?? null },
    scoreOverride: lead.scoreOverride,
    nextFollowUpAt: isoOrNull(lead.nextFollowUpAt),
    lastActivityAt: isoOrNull(lead.lastActivityAt),
    firstResponseAt: isoOrNull(lead.firstResponseAt),
    converted: lead.converted,
  };
}

/** A lead in a list. */
export function leadRow(lead: LeadDocument): LeadRow {
  const { score, ...rest } = leadView(lead);
  const short = score && { value: score.value, class: score.class, source: score.source, at: score.at };
  return { ...rest, score: short };
}

/** The rules between a lead's fields. */
function checkLead(after: NewLead, before: LeadDocument | null): void {
  if (!after.email && !after.phone)
    throw invalid('#/email', 'email.required', 'An e-mail address or a phone number is required.');
  if (before?.status === 'converted' && after.status !== 'converted')
    throw new Problem('invalid-transition', { detail: 'A converted lead stays converted.' });
  if (after.status === 'converted' && !after.converted)
    throw new Problem('invalid-transition', {
      detail: 'A lead is converted by its conversion, not by its status.',
    });
  if (after.status === 'unqualified' && !after.unqualifiedReason)
    throw invalid('#/unqualifiedReason', 'unqualifiedReason.required', 'Say why this lead is not qualified.');
}

/** Changes to these make a lead's score out of date. */
const scored = [
  'name',
  'email',
  'phone',
  'companyName',
  'jobTitle',
  'website',
  'cnpj',
  'city',
  'state',
  'source',
  'sourceDetails',
  'message',
  'estimatedValueCents',
];

export const leadNoun: Noun<LeadDocument, Lead, NewLeadGiven, LeadPatch, LeadRow> = {
  kind: 'lead',
  collection: 'leads',
  filters: leadFilters,
  references: { ownerId: 'user' },
  make: newLead,
  view: leadView,
  row: leadRow,
  check: checkLead,
  tokens: ({ name, email, companyName, city, tags, phone, cnpj }) =>
    searchTokens([name, email, companyName, city, ...tags], [phone, cnpj]),
  derive: ({ status }) => (status === 'unqualified' ? {} : { unqualifiedReason: null }),
  sameAs: ({ email, phone }) => [
    ...(email ? [{ key: email, filter: { email } }] : []),
    ...(phone ? [{ key: phone, filter: { phone } }] : []),
  ],
  history: (after, before) => [
    ...ownerHistory(after, before),
    ...(before && before.status !== after.status
      ? [{ kind: 'status_change' as const, meta: { from: before.status, to: after.status } }]
      : []),
  ],
  jobs: ({ orgId, _id }, changed) =>
    changed.some((name) => scored.includes(name)) ? [job('leads.score', { orgId, leadId: _id })] : [],
};
