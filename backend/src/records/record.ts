import { z } from 'zod';
import type { FilterField } from '../http/filter.ts';
import type { AnyFilter } from '../mongo/document.ts';
import { idSchema, newId } from '../mongo/id.ts';
import { isoOrNull } from '../mongo/view.ts';
import type { RecordKind } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import type { JobRequest } from '../queue/jobs.ts';

/** What every stored record has. */
export interface RecordDocument {
  _id: string;
  orgId: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  createdBy: string | null;
  updatedBy: string | null;
  deletedAt: Date | null;
  search: string[];
  isDemo?: boolean;
}

/** What every record shows. */
export const recordShape = {
  id: idSchema,
  version: z.number().int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  createdBy: idSchema.nullable(),
  updatedBy: idSchema.nullable(),
};

/** The common part of a new record. */
export function newRecord(principal: Principal): Omit<RecordDocument, 'search'> & { _id: string } {
  const now = new Date();
  return {
    _id: newId(),
    orgId: principal.orgId,
    version: 1,
    createdAt: now,
    updatedAt: now,
    createdBy: principal.userId,
    updatedBy: principal.userId,
    deletedAt: null,
  };
}

/** The common part of what a record shows. */
export function recordView(record: RecordDocument) {
  return {
    id: record._id,
    version: record.version,
    createdAt: record.createdAt.toISOString(),
    updatedAt: record.updatedAt.toISOString(),
    createdBy: record.createdBy,
    updatedBy: record.updatedBy,
  };
}

export { isoOrNull };

/** One line of a record's history: a kind and what it is about. */
export interface HistoryEntry {
  kind: 'created' | 'status_change' | 'stage_change' | 'assigned' | 'converted' | 'task_done';
  meta: Record<string, string | number | null>;
}

/** History that records with an owner and a status share. */
export function ownerHistory(
  after: { ownerId: string | null },
  before: { ownerId: string | null } | null,
): HistoryEntry[] {
  if (before === null) return [{ kind: 'created', meta: {} }];
  return before.ownerId === after.ownerId
    ? []
    : [{ kind: 'assigned', meta: { from: before.ownerId, to: after.ownerId } }];
}

/** What is particular to one noun; `RecordStore` does the rest. */
export interface Noun<D extends RecordDocument, V extends { id: string }, C, P, R extends object = V> {
  readonly kind: RecordKind;
  readonly collection: string;
  readonly filters: Record<string, FilterField>;
  /** Fields that hold ids of other records or of a user; each must exist and be visible to whoever writes it. */
  readonly references: Record<string, RecordKind | 'user'>;
  /** References that sit deeper, as in lists. */
  moreReferences?(written: Partial<D>): readonly { field: string; kind: RecordKind | 'user'; id: string }[];
  make(principal: Principal, given: C): Omit<D, 'search'>;
  view(record: D): V;
  /** How a list shows it, where that is less. */
  row?(record: D): R;
  tokens(record: Omit<D, 'search'>): string[];
  /** Throws a problem when the record, as it would become, breaks a rule between fields. */
  check?(after: Omit<D, 'search'>, before: D | null): void;
  /** Fields that follow from others, computed from the record as it would become. */
  derive?(after: D, before: D): Partial<D>;
  /** What makes two records the same, as filters; each also names what is held while one is added. */
  sameAs?(record: Omit<D, 'search'>): readonly { key: string; filter: AnyFilter }[];
  jobs?(record: D, changed: readonly string[]): JobRequest[];
  /** What the timeline says of a change; `before` is null for a new record. Nothing for nouns without a timeline. */
  history?(after: D, before: D | null): readonly HistoryEntry[];
  /** Never set by patches: types keep them out, this documents it. */
  readonly patch?: P;
}
