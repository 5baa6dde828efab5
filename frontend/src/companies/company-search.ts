import { listOf } from '../filters/list-search.ts';
import type { MessageKey } from '../i18n/catalog.ts';
import { companySizes } from './company-fields.ts';

/** The companies list: what it can be narrowed and ordered by. */
export const companyList = listOf(
  {
    owner: { kind: 'people', label: 'field.owner', field: 'ownerId' },
    size: { kind: 'choices', label: 'companies.field.employees', field: 'employees', values: companySizes },
    industry: { kind: 'words', label: 'companies.field.industry', field: 'industry' },
    tag: { kind: 'words', label: 'leads.field.tags', field: 'tags' },
    created: { kind: 'period', label: 'leads.column.created', field: 'createdAt', of: 'moment' },
  },
  ['name', '-createdAt', '-updatedAt'],
);

export const companySorts = [
  { value: 'name', label: 'leads.sort.name' },
  { value: '-createdAt', label: 'leads.sort.newest' },
  { value: '-updatedAt', label: 'sort.updated' },
] as const satisfies { value: (typeof companyList.sorts)[number]; label: MessageKey }[];
