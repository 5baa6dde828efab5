import type { Indexes } from '../mongo/indexes.ts';

export const outboxIndexes: Indexes = { outbox: [{ key: { claimedUntil: 1 } }] };
