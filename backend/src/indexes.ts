import { apiKeyIndexes } from './api-keys/store.ts';
import { auditIndexes } from './audit/audit.ts';
import { inviteIndexes } from './invites/store.ts';
import { leadIndexes } from './leads/indexes.ts';
import { guardIndexes } from './mongo/guard.ts';
import type { Indexes } from './mongo/indexes.ts';
import { outboxIndexes } from './outbox/indexes.ts';
import { sessionIndexes } from './sessions/store.ts';
import { userIndexes } from './users/store.ts';

/** The indexes of all nouns. */
export const allIndexes: readonly Indexes[] = [
  guardIndexes,
  outboxIndexes,
  auditIndexes,
  userIndexes,
  sessionIndexes,
  inviteIndexes,
  apiKeyIndexes,
  leadIndexes,
];
