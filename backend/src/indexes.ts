import { leadIndexes } from './leads/indexes.ts';
import { guardIndexes } from './mongo/guard.ts';
import type { Indexes } from './mongo/indexes.ts';
import { outboxIndexes } from './outbox/indexes.ts';

/** The indexes of all nouns. */
export const allIndexes: readonly Indexes[] = [guardIndexes, outboxIndexes, leadIndexes];
