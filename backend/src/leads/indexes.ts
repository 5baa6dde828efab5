import type { Indexes } from '../mongo/indexes.ts';

/** Every list, filter and lookup of leads has one of these; all begin with the organisation. */
export const leadIndexes: Indexes = {
  leads: [
    { key: { orgId: 1, deletedAt: 1, createdAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, updatedAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, 'score.value': -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, name: 1, _id: 1 } },
    { key: { orgId: 1, deletedAt: 1, status: 1, createdAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, status: 1, 'score.value': -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, source: 1, createdAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, source: 1, 'score.value': -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, source: 1, status: 1, 'score.value': -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, ownerId: 1, createdAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, ownerId: 1, status: 1, 'score.value': -1, _id: -1 } },
    { key: { orgId: 1, ownerId: 1, nextFollowUpAt: 1 } },
    { key: { orgId: 1, email: 1 } },
    { key: { orgId: 1, phone: 1 } },
    { key: { orgId: 1, deletedAt: 1, search: 1 } },
    { key: { orgId: 1, tags: 1 } },
  ],
};
