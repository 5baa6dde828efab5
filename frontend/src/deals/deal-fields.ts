import type { DealPatchInput } from '../api/schema.generated.ts';
import type { MessageKey } from '../i18n/catalog.ts';
import { leadSources } from '../leads/lead.ts';
import type { Fields } from '../records/fields/field.ts';

/** Where each field of a deal is changed; its stage by moving it. */
export const dealFields: Fields<DealPatchInput> = {
  title: { kind: 'text', label: 'deals.field.title', required: true },
  amountCents: { kind: 'money', label: 'deals.field.amount', currency: 'currency', required: true },
  currency: { kind: 'with', field: 'amountCents' },
  companyId: { kind: 'company', label: 'deals.field.company' },
  contacts: { kind: 'elsewhere', file: 'deal-contacts.tsx' },
  probability: { kind: 'percent', label: 'deals.field.probability', none: 'deals.probability.ofStage' },
  expectedCloseOn: { kind: 'day', label: 'deals.field.expectedCloseOn' },
  ownerId: { kind: 'person', label: 'field.owner', none: 'users.nobody' },
  source: {
    kind: 'choice',
    label: 'leads.column.source',
    values: leadSources,
    text: (source) => `leads.source.${source}` as MessageKey,
  },
  products: { kind: 'text', label: 'deals.field.products', lines: true },
  competitor: { kind: 'text', label: 'deals.field.competitor' },
  tags: { kind: 'tags', label: 'leads.field.tags' },
  custom: { kind: 'readOnly', label: 'fields.custom' },
};
