import type { LeadCreateInput } from '../api/schema.generated.ts';
import type { Locale } from '../i18n/locales.ts';
import { draftCents, type MoneyDraft } from '../money/money-input.tsx';
import type { LeadSource } from './lead.ts';

/** What the quick-add form holds; texts may be empty while typing. */
export interface LeadDraft {
  name: string;
  email: string;
  phone: string;
  companyName: string;
  jobTitle: string;
  city: string;
  state: string;
  source: LeadSource;
  sourceDetails: string;
  ownerId: string;
  message: string;
  estimate: MoneyDraft;
}

/** A draft with nothing in it but whose it will be and in which currency it is estimated. */
export const emptyDraft = ({ ownerId, estimate }: Pick<LeadDraft, 'ownerId' | 'estimate'>): LeadDraft => ({
  name: '',
  email: '',
  phone: '',
  companyName: '',
  jobTitle: '',
  city: '',
  state: '',
  source: 'other',
  sourceDetails: '',
  ownerId,
  message: '',
  estimate,
});

type DraftProblem = 'leads.form.nameShort' | 'leads.form.emailWrong' | 'leads.form.reach';

/** What is wrong with a draft before it is sent; the API judges again and more strictly. */
export function draftProblems(draft: LeadDraft): Partial<Record<keyof LeadDraft, DraftProblem>> {
  const email = draft.email.trim();
  return {
    ...(draft.name.trim().length < 2 && { name: 'leads.form.nameShort' as const }),
    ...(email !== '' &&
      !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) && { email: 'leads.form.emailWrong' as const }),
    ...(email === '' && draft.phone.trim() === '' && { email: 'leads.form.reach' as const }),
  };
}

/** The draft as the API wants it: trimmed, and without what was left empty. */
export function draftBody({ estimate, ...draft }: LeadDraft, locale: Locale): LeadCreateInput {
  const estimatedValueCents = draftCents(estimate, locale);
  const filled = Object.entries(draft)
    .map(([name, text]) => [name, text.trim()] as const)
    .filter(([, text]) => text !== '');
  return {
    name: draft.name,
    ...Object.fromEntries(filled),
    ...(estimatedValueCents !== null && { estimatedValueCents, currency: estimate.currency }),
  };
}
