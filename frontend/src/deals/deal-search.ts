import type { FilterFields } from '../filters/filter.ts';
import { listOf } from '../filters/list-search.ts';
import type { MessageKey } from '../i18n/catalog.ts';
import { leadSources } from '../leads/lead.ts';
import { currencies } from '../money/money.ts';

/** What deals can be narrowed by, on the board and in the list. */
export const dealFilters = {
  owner: { kind: 'people', label: 'field.owner', field: 'ownerId' },
  source: {
    kind: 'choices',
    label: 'leads.column.source',
    field: 'source',
    values: leadSources,
    text: (source) => `leads.source.${source}` as MessageKey,
  },
  value: { kind: 'range', label: 'deals.field.amount', field: 'amountCents', of: 'money' },
  currency: { kind: 'choices', label: 'money.currency', field: 'currency', values: currencies },
  health: { kind: 'range', label: 'deals.healthTitle', field: 'health.value', of: 'number' },
  tag: { kind: 'words', label: 'leads.field.tags', field: 'tags' },
  close: { kind: 'period', label: 'deals.field.expectedCloseOn', field: 'expectedCloseOn', of: 'day' },
  created: { kind: 'period', label: 'leads.column.created', field: 'createdAt', of: 'moment' },
} as const satisfies FilterFields;

/** The list of deals: what it can be narrowed and ordered by. */
export const dealList = listOf(
  {
    status: {
      kind: 'choices',
      label: 'deals.filterStatus',
      field: 'status',
      values: ['open', 'won', 'lost'],
      text: (status) => `deals.status.${status}` as MessageKey,
    },
    stage: { kind: 'stages', label: 'deals.field.stage', field: 'stageId' },
    ...dealFilters,
  },
  ['-updatedAt', '-createdAt', '-amountCents', 'expectedCloseOn', 'title'],
);

export const dealSorts = [
  { value: '-updatedAt', label: 'sort.updated' },
  { value: '-createdAt', label: 'leads.sort.newest' },
  { value: '-amountCents', label: 'leads.sort.value' },
  { value: 'expectedCloseOn', label: 'deals.sort.close' },
  { value: 'title', label: 'deals.sort.title' },
] as const satisfies { value: (typeof dealList.sorts)[number]; label: MessageKey }[];
