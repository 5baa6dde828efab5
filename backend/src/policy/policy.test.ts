import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Action, ownerField, permits, policy, type RecordKind, recordKinds } from './policy.ts';
import type { Principal } from './principal.ts';

const person = (over: Partial<Principal>): Principal => ({
  orgId: 'o1',
  userId: 'me',
  name: 'Me',
  role: 'rep',
  via: 'session',
  teamUserIds: null,
  repVisibility: 'all',
  timezone: 'UTC',
  ...over,
});
const owners = { mine: 'me', team: 'colleague', other: 'stranger', unassigned: null };
const reachOf = (principal: Principal, action: Action, kind: RecordKind = 'lead') =>
  Object.entries(owners)
    .filter(([, ownerId]) => permits(principal, action, kind, { orgId: 'o1', ownerId }))
    .map(([name]) => name);

describe('policy', () => {
  it('lets an admin do everything in the organisation, and nothing in another', () => {
    const admin = person({ role: 'admin' });
    expect(reachOf(admin, 'delete')).toEqual(['mine', 'team', 'other', 'unassigned']);
    expect(permits(admin, 'read', 'lead', { orgId: 'o2', ownerId: 'me' })).toBe(false);
  });

  it('gives a manager the team and what nobody owns; without teams, everything', () => {
    const manager = person({ role: 'manager', teamUserIds: ['colleague'] });
    expect(reachOf(manager, 'write')).toEqual(['mine', 'team', 'unassigned']);
    expect(reachOf(person({ role: 'manager' }), 'write')).toEqual(['mine', 'team', 'other', 'unassigned']);
  });

  it('lets a rep read as the organisation says, write own and unassigned, delete own', () => {
    expect(reachOf(person({}), 'read')).toEqual(['mine', 'team', 'other', 'unassigned']);
    expect(reachOf(person({ repVisibility: 'own' }), 'read')).toEqual(['mine', 'unassigned']);
    expect(reachOf(person({}), 'write')).toEqual(['mine', 'unassigned']);
    expect(reachOf(person({}), 'delete')).toEqual(['mine']);
  });

  it("keeps a rep out of other people's e-mail even where reps see all records", () => {
    expect(reachOf(person({}), 'read', 'email')).toEqual(['mine']);
  });

  it('says the same as a filter and as a question about one record', () => {
    const principals = fc.record({
      role: fc.constantFrom('admin', 'manager', 'rep'),
      teamUserIds: fc.constantFrom(null, [], ['colleague']),
      repVisibility: fc.constantFrom('all', 'own'),
      userId: fc.constantFrom('me', null),
    });
    fc.assert(
      fc.property(
        principals,
        fc.constantFrom('read', 'write', 'delete'),
        fc.constantFrom(...recordKinds),
        fc.constantFrom('me', 'colleague', 'stranger', null),
        fc.constantFrom('o1', 'o2'),
        (over, action, kind, ownerId, orgId) => {
          const principal = person(over as Partial<Principal>);
          const filter = policy(principal, action as Action, kind) as Record<string, unknown>;
          const allowed = (filter[ownerField[kind]] as { $in: (string | null)[] } | undefined)?.$in;
          const matches = filter.orgId === orgId && (allowed === undefined || allowed.includes(ownerId));
          expect(permits(principal, action as Action, kind, { orgId, ownerId })).toBe(matches);
        },
      ),
    );
  });
});
