import { listOf } from '../filters/list-search.ts';
import type { MessageKey } from '../i18n/catalog.ts';
import { states } from '../ui/states.ts';
import { leadSources, leadStatuses, scoreClasses } from './lead.ts';

/** The leads list: what it can be narrowed and ordered by. */
export const leadList = listOf(
  {
    status: {
      kind: 'choices',
      label: 'leads.filterStatus',
      field: 'status',
      values: leadStatuses,
      text: (status) => `leads.status.${status}` as MessageKey,
    },
    owner: { kind: 'people', label: 'field.owner', field: 'ownerId' },
    class: {
      kind: 'choices',
      label: 'leads.filterClass',
      field: 'score.class',
      values: scoreClasses,
      text: (one) => `score.class.${one}` as MessageKey,
    },
    score: { kind: 'range', label: 'leads.column.score', field: 'score.value', of: 'number' },
    source: {
      kind: 'choices',
      label: 'leads.column.source',
      field: 'source',
      values: leadSources,
      text: (source) => `leads.source.${source}` as MessageKey,
    },
    tag: { kind: 'words', label: 'leads.field.tags', field: 'tags' },
    value: { kind: 'range', label: 'leads.field.estimatedValue', field: 'estimatedValueCents', of: 'money' },
    created: { kind: 'period', label: 'leads.column.created', field: 'createdAt', of: 'moment' },
    state: { kind: 'choices', label: 'fields.state', field: 'state', values: states },
  },
  ['-createdAt', '-score.value', 'name', '-estimatedValueCents'],
);
export type LeadSearch = ReturnType<typeof leadList.parse>;

export const leadSorts = [
  { value: '-createdAt', label: 'leads.sort.newest' },
  { value: '-score.value', label: 'leads.sort.score' },
  { value: 'name', label: 'leads.sort.name' },
  { value: '-estimatedValueCents', label: 'leads.sort.value' },
] as const satisfies { value: (typeof leadList.sorts)[number]; label: MessageKey }[];
