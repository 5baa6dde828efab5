import type { FilterFields, FilterValues } from '../filters/filter.ts';
import { parseFilters } from '../filters/filter.ts';
import type { AuditEntry } from './audit-query.ts';

/** What entries are about, in the order in which it is offered. */
const kinds = [
  'lead',
  'contact',
  'company',
  'deal',
  'task',
  'email',
  'template',
  'activity',
  'pipeline',
  'user',
  'invite',
  'team',
  'api-key',
  'suppression',
  'org',
] as const satisfies AuditEntry['entity'][];

/** What the audit log can be narrowed by. */
export const auditFilters = {
  who: { kind: 'people', label: 'audit.who', field: 'actorId' },
  about: {
    kind: 'choices',
    label: 'audit.kind',
    field: 'entity',
    values: kinds,
    text: (kind) => `audit.kind.${kind as (typeof kinds)[number]}`,
  },
  when: { kind: 'period', of: 'moment', label: 'audit.when', field: 'at' },
} as const satisfies FilterFields;

export type AuditSearch = FilterValues<typeof auditFilters>;

export const parseAuditSearch = (search: Record<string, unknown>): AuditSearch =>
  parseFilters(auditFilters, search);
