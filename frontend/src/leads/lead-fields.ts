import type { LeadPatchInput } from '../api/schema.generated.ts';
import type { MessageKey } from '../i18n/catalog.ts';
import type { Fields } from '../records/fields/field.ts';
import { states } from '../ui/states.ts';
import { leadSources } from './lead.ts';

/** Where each field of a lead is changed. */
export const leadFields: Fields<LeadPatchInput> = {
  name: { kind: 'text', label: 'leads.form.name', required: true },
  ownerId: { kind: 'person', label: 'field.owner', none: 'users.nobody' },
  email: { kind: 'text', label: 'leads.field.email', input: 'email' },
  phone: { kind: 'text', label: 'leads.field.phone', input: 'tel' },
  companyName: { kind: 'text', label: 'leads.field.companyName' },
  jobTitle: { kind: 'text', label: 'leads.field.jobTitle' },
  website: { kind: 'text', label: 'leads.field.website', input: 'url' },
  cnpj: { kind: 'text', label: 'leads.field.cnpj' },
  city: { kind: 'text', label: 'leads.field.city' },
  state: { kind: 'choice', label: 'fields.state', values: states },
  source: {
    kind: 'choice',
    label: 'leads.column.source',
    values: leadSources,
    text: (source) => `leads.source.${source}` as MessageKey,
    required: true,
  },
  sourceDetails: { kind: 'text', label: 'leads.field.sourceDetails' },
  estimatedValueCents: { kind: 'money', label: 'leads.field.estimatedValue', currency: 'currency' },
  currency: { kind: 'with', field: 'estimatedValueCents' },
  tags: { kind: 'tags', label: 'leads.field.tags' },
  message: { kind: 'text', label: 'leads.field.message', lines: true },
  status: { kind: 'elsewhere', file: 'lead-actions.tsx' },
  unqualifiedReason: {
    kind: 'text',
    label: 'leads.field.unqualifiedReason',
    when: ({ status }) => status === 'unqualified',
    required: true,
  },
  consent: { kind: 'consent', label: 'fields.consent' },
  utm: { kind: 'readOnly', label: 'fields.utm' },
  custom: { kind: 'readOnly', label: 'fields.custom' },
};
