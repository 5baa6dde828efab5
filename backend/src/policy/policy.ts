import type { AnyFilter } from '../mongo/document.ts';
import type { Principal } from './principal.ts';

export type Action = 'read' | 'write' | 'delete';
export const recordKinds = ['lead', 'contact', 'company', 'deal', 'task', 'email', 'template'] as const;
export type RecordKind = (typeof recordKinds)[number];

/** The field that says whose a record is. */
export const ownerField: Record<RecordKind, string> = {
  lead: 'ownerId',
  contact: 'ownerId',
  company: 'ownerId',
  deal: 'ownerId',
  task: 'assigneeId',
  email: 'ownerId',
  template: 'ownerId',
};

/** Whose records someone reaches: everyone's, or those of some people and perhaps the unassigned ones. */
type Reach = 'all' | { owners: readonly string[]; unassigned: boolean };

/** The one rule of visibility; everything below only translates it. */
function reach(principal: Principal, action: Action, kind: RecordKind): Reach {
  const self = principal.userId === null ? [] : [principal.userId];
  if (principal.role === 'admin') return 'all';
  if (principal.role === 'manager')
    return principal.teamUserIds === null
      ? 'all'
      : { owners: [...new Set([...principal.teamUserIds, ...self])], unassigned: true };
  // A template that nobody owns is everybody's to read, and only for managers and admins to change.
  if (kind === 'template') return { owners: self, unassigned: action === 'read' };
  // An e-mail is a conversation: a rep reads their own, whatever the organisation shows of records.
  if (action === 'read' && kind !== 'email' && principal.repVisibility === 'all') return 'all';
  return { owners: self, unassigned: action !== 'delete' && kind !== 'email' };
}

/**
 * What `principal` may do `action` with, as a filter that every query on these records must carry.
 * It always names the organisation.
 */
export function policy(principal: Principal, action: Action, kind: RecordKind): AnyFilter {
  const scope = reach(principal, action, kind);
  if (scope === 'all') return { orgId: principal.orgId };
  const owners: (string | null)[] = scope.unassigned ? [...scope.owners, null] : [...scope.owners];
  return { orgId: principal.orgId, [ownerField[kind]]: { $in: owners } };
}

/** The same rule asked of one record that is already here, as the live channel does. */
export function permits(
  principal: Principal,
  action: Action,
  kind: RecordKind,
  record: { orgId: string; ownerId: string | null },
): boolean {
  if (record.orgId !== principal.orgId) return false;
  const scope = reach(principal, action, kind);
  if (scope === 'all') return true;
  return record.ownerId === null ? scope.unassigned : scope.owners.includes(record.ownerId);
}
