import { newId } from '../mongo/id.ts';
import { isoOrNull } from '../mongo/view.ts';
import type { Principal } from '../policy/principal.ts';
import { invalid, Problem } from '../problem.ts';
import type { Lead, LeadCreate, LeadScore } from './schema.ts';
import { tokensOf } from './tokens.ts';

/** A lead as it is stored. */
export interface LeadDocument
  extends Omit<
    Lead,
    'id' | 'createdAt' | 'updatedAt' | 'nextFollowUpAt' | 'lastActivityAt' | 'firstResponseAt'
  > {
  _id: string;
  orgId: string;
  search: string[];
  score: LeadScore | null;
  nextFollowUpAt: Date | null;
  lastActivityAt: Date | null;
  firstResponseAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
  isDemo?: boolean;
}

/** A new lead, checked against the rules between its fields. */
export function newLead(principal: Principal, given: LeadCreate): LeadDocument {
  if (!given.email && !given.phone)
    throw invalid('#/email', 'email.required', 'An e-mail address or a phone number is required.');
  if (given.status === 'converted')
    throw new Problem('invalid-transition', {
      detail: 'A lead is converted by its conversion, not by its status.',
    });
  if (given.status === 'unqualified' && !given.unqualifiedReason)
    throw invalid('#/unqualifiedReason', 'unqualifiedReason.required', 'Say why this lead is not qualified.');
  const now = new Date();
  const lead: Omit<LeadDocument, 'search'> = {
    _id: newId(),
    orgId: principal.orgId,
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
    unqualifiedReason: given.status === 'unqualified' ? (given.unqualifiedReason ?? null) : null,
    estimatedValueCents: given.estimatedValueCents ?? null,
    ownerId: given.ownerId ?? null,
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
    version: 1,
    createdAt: now,
    updatedAt: now,
    createdBy: principal.userId,
    updatedBy: principal.userId,
    deletedAt: null,
  };
  return { ...lead, search: tokensOf(lead) };
}

/** A lead as the API shows it: named fields only, so nothing stored leaks by being stored. */
export function leadView(lead: LeadDocument): Lead {
  return {
    id: lead._id,
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
    ownerId: lead.ownerId,
    tags: lead.tags,
    custom: lead.custom,
    consent: lead.consent,
    utm: lead.utm,
    score: lead.score,
    scoreOverride: lead.scoreOverride,
    nextFollowUpAt: isoOrNull(lead.nextFollowUpAt),
    lastActivityAt: isoOrNull(lead.lastActivityAt),
    firstResponseAt: isoOrNull(lead.firstResponseAt),
    converted: lead.converted,
    version: lead.version,
    createdAt: lead.createdAt.toISOString(),
    updatedAt: lead.updatedAt.toISOString(),
    createdBy: lead.createdBy,
    updatedBy: lead.updatedBy,
  };
}
