import { listOf } from '../filters/list-search.ts';
import type { MessageKey } from '../i18n/catalog.ts';

/** The contacts list: what it can be narrowed and ordered by. */
export const contactList = listOf(
  {
    owner: { kind: 'people', label: 'field.owner', field: 'ownerId' },
    tag: { kind: 'words', label: 'leads.field.tags', field: 'tags' },
    created: { kind: 'period', label: 'leads.column.created', field: 'createdAt', of: 'moment' },
    active: { kind: 'period', label: 'field.lastActivity', field: 'lastActivityAt', of: 'moment' },
  },
  ['firstName', '-createdAt', '-lastActivityAt'],
);

export const contactSorts = [
  { value: 'firstName', label: 'leads.sort.name' },
  { value: '-createdAt', label: 'leads.sort.newest' },
  { value: '-lastActivityAt', label: 'sort.lastActivity' },
] as const satisfies { value: (typeof contactList.sorts)[number]; label: MessageKey }[];
