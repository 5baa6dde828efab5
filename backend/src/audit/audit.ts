import type { ClientSession, Collection, Filter } from 'mongodb';
import { z } from 'zod';
import { listPage } from '../http/list.ts';
import { RememberedRows } from '../http/rows.ts';
import type { AnyFilter } from '../mongo/document.ts';
import { newId } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Principal } from '../policy/principal.ts';
import { type AuditAction, type AuditEntity, auditActions, auditEntities } from './actions.ts';

const keptSeconds = 730 * 86_400;
/** Values of these fields are never written down, only that they changed. */
const secretFields = new Set([
  'password',
  'passwordHash',
  'token',
  'tokenHash',
  'search',
  'secondFactor',
  'secondFactorBegun',
]);

export const auditEntrySchema = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  actor: z.object({ userId: z.string().nullable(), name: z.string(), via: z.string() }),
  action: z.enum(auditActions),
  entity: z.enum(auditEntities),
  entityId: z.string(),
  changes: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() })),
  requestId: z.string().nullable(),
  ipPrefix: z.string().nullable(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

interface AuditDocument extends Omit<AuditEntry, 'id' | 'at'> {
  _id: string;
  orgId: string;
  at: Date;
  entityKey: string;
}

export interface AuditFact {
  action: AuditAction;
  entity: AuditEntity;
  entityId: string;
  before?: object | null;
  after?: object | null;
  /** Only these fields are compared; all of `after` unless given. */
  fields?: readonly string[];
}

/** Who did what, append-only, in the transaction of the change itself. Kept for 24 months. */
export class Audit {
  readonly #mongo: Mongo;
  readonly #rows = new RememberedRows(view);

  constructor(mongo: Mongo) {
    this.#mongo = mongo;
  }

  async record(principal: Principal, fact: AuditFact, session?: ClientSession): Promise<void> {
    await this.#entries.insertOne(
      {
        _id: newId(),
        orgId: principal.orgId,
        at: new Date(),
        actor: { userId: principal.userId, name: principal.name, via: principal.via },
        action: fact.action,
        entity: fact.entity,
        entityId: fact.entityId,
        entityKey: `${fact.entity}:${fact.entityId}`,
        changes: changesOf(fact),
        requestId: principal.request?.id ?? null,
        ipPrefix: principal.request?.ipPrefix ?? null,
      },
      { session },
    );
  }

  async list(
    orgId: string,
    filter: Filter<AuditDocument>,
    page: { limit: number; cursor?: string | undefined },
  ) {
    return listPage(
      this.#mongo,
      'auditLog',
      { filter: { orgId, ...filter } as AnyFilter, sort: '-at', ...page },
      this.#rows,
    );
  }

  get #entries(): Collection<AuditDocument> {
    return this.#mongo.db.collection('auditLog');
  }
}

function view({ _id, orgId: _org, entityKey: _key, at, ...entry }: AuditDocument) {
  return { id: _id, at: at.toISOString(), ...entry };
}

function changesOf({ before, after, fields }: AuditFact): AuditEntry['changes'] {
  const old = (before ?? {}) as Record<string, unknown>;
  const now = (after ?? {}) as Record<string, unknown>;
  const names = fields ?? Object.keys(now);
  const changed = names.filter(
    (name) => JSON.stringify(old[name] ?? null) !== JSON.stringify(now[name] ?? null),
  );
  return Object.fromEntries(
    changed.map((name) => {
      const secret = secretFields.has(name);
      return [
        name,
        secret ? { from: '[hidden]', to: '[hidden]' } : { from: old[name] ?? null, to: now[name] ?? null },
      ];
    }),
  );
}

export const auditIndexes: Indexes = {
  auditLog: [
    { key: { orgId: 1, at: -1, _id: -1 } },
    { key: { orgId: 1, entityKey: 1, at: -1 } },
    { key: { orgId: 1, entity: 1, at: -1, _id: -1 } },
    { key: { orgId: 1, 'actor.userId': 1, at: -1 } },
    { key: { at: 1 }, expireAfterSeconds: keptSeconds },
  ],
};
