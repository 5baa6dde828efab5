import type { Lead, LeadRow } from '../api/schema.generated.ts';

export type { Lead, LeadRow };
export type LeadStatus = Lead['status'];
export type LeadSource = Lead['source'];
export type LeadScore = NonNullable<Lead['score']>;

/** In the order of a lead's life. */
export const leadStatuses = [
  'new',
  'contacted',
  'qualified',
  'unqualified',
  'converted',
] as const satisfies LeadStatus[];

export const scoreClasses = ['hot', 'warm', 'cold'] as const satisfies LeadScore['class'][];

/** In the order in which they are offered: the usual ones first. */
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
] as const satisfies LeadSource[];
