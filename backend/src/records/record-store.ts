import type { ClientSession, Collection, Filter } from 'mongodb';
import { type LinkKind, rememberHistory } from '../activities/activity.ts';
import type { AuditAction } from '../audit/actions.ts';
import type { Audit } from '../audit/audit.ts';
import { announcement } from '../events/event.ts';
import { type FilterContext, toMongoFilter } from '../http/filter.ts';
import { listPage } from '../http/list.ts';
import { RememberedRows } from '../http/rows.ts';
import { searchFilter } from '../http/search-tokens.ts';
import type { AnyFilter } from '../mongo/document.ts';
import { guard } from '../mongo/guard.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Message, Outbox } from '../outbox/outbox.ts';
import { type Action, ownerField, policy } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import type { Noun, RecordDocument } from './record.ts';
import { refuseForeignReferences } from './references.ts';

export interface StoreNeeds {
  mongo: Mongo;
  outbox: Outbox;
  audit: Audit;
}

export interface ListQuery {
  q?: string | undefined;
  limit: number;
  cursor?: string | undefined;
  sort: string;
  filter?: Record<string, unknown> | undefined;
}

type Tell = (...messages: Message[]) => void;

/**
 * Records of one noun in the database. Every method acts for someone and reaches only what the policy gives them; every
 * change is versioned, audited and announced in one transaction.
 */
export class RecordStore<
  D extends RecordDocument,
  V extends { id: string },
  C extends object,
  P extends object,
  R extends object = V,
> {
  readonly noun: Noun<D, V, C, P, R>;
  protected readonly mongo: Mongo;
  protected readonly outbox: Outbox;
  protected readonly audit: Audit;
  /** How lists show records: each view is made once while its record stays the same. */
  protected readonly rows: RememberedRows<D, R>;

  constructor(noun: Noun<D, V, C, P, R>, { mongo, outbox, audit }: StoreNeeds) {
    this.noun = noun;
    this.mongo = mongo;
    this.outbox = outbox;
    this.audit = audit;
    // Without rows of its own a noun's rows are its views.
    this.rows = new RememberedRows(noun.row ?? (noun.view as unknown as (record: D) => R));
  }

  async list(principal: Principal, query: ListQuery, context: FilterContext) {
    const filter = { ...this.scope(principal, 'read'), ...searchFilter(query.q) };
    const asked = toMongoFilter(query.filter, this.noun.filters, context);
    return listPage(
      this.mongo,
      this.noun.collection,
      {
        filter: Object.keys(asked).length === 0 ? filter : { $and: [filter, asked] },
        sort: query.sort,
        limit: query.limit,
        cursor: query.cursor,
      },
      this.rows,
    );
  }

  /** The record, or a `not-found` problem, also when the principal may not see it. */
  async get(principal: Principal, id: string): Promise<V> {
    return this.noun.view(await this.find(principal, 'read', id));
  }

  /**
   * Adds a record. One that is the same as another is a `duplicate` problem with the candidates the principal may see,
   * unless `allowDuplicate`.
   */
  async create(principal: Principal, given: C, { allowDuplicate = false } = {}): Promise<V> {
    return this.outbox.commit((session, tell) =>
      this.createWithin(principal, given, { allowDuplicate, session, tell }),
    );
  }

  /** The same as part of a larger change. */
  async createWithin(
    principal: Principal,
    given: C,
    {
      allowDuplicate = true,
      session,
      tell,
    }: { allowDuplicate?: boolean; session: ClientSession; tell: Tell },
  ): Promise<V> {
    const made = this.noun.make(principal, given);
    this.noun.check?.(made, null);
    await refuseForeignReferences(this.mongo, principal, this.noun, made, session);
    const same = this.noun.sameAs?.(made) ?? [];
    // Two people who add the same at the same moment wait for one another; the second then sees the first's.
    for (const key of same.map((one) => one.key).sort())
      await guard(this.mongo, `${this.noun.kind}:${made.orgId}:${key}`, session);
    if (!allowDuplicate && same.length > 0)
      await this.#refuseDuplicate(
        principal,
        same.map((one) => one.filter),
        session,
      );
    const record = { ...made, search: this.noun.tokens(made) } as D;
    await this.collection.insertOne(record as never, { session });
    const { kind } = this.noun;
    await this.audit.record(
      principal,
      { action: `${kind}.created`, entity: kind, entityId: record._id, after: given },
      session,
    );
    await this.#remember(principal, record, null, session);
    tell(
      ...this.told(principal, record, `${kind}.created`, Object.keys(given)),
      ...this.#jobs(record, Object.keys(given)),
    );
    return this.noun.view(record);
  }

  /** Changes a record from the version the caller saw; `version-conflict` with the current one when it moved on. */
  async update(principal: Principal, id: string, version: number, patch: P): Promise<V> {
    return this.outbox.commit(async (session, tell) => {
      const before = await this.find(principal, 'write', id, session);
      if (before.version !== version) throw this.conflict(before);
      return this.noun.view(
        await this.change(principal, before, patch as unknown as Partial<D>, { session, tell }),
      );
    });
  }

  /** Applies a change inside a transaction: rules, references, derived fields, version, audit and announcement. */
  async change(
    principal: Principal,
    before: D,
    patch: Partial<D>,
    {
      session,
      tell,
      action = `${this.noun.kind}.updated`,
    }: { session: ClientSession; tell: Tell; action?: AuditAction },
  ): Promise<D> {
    const merged = { ...before, ...patch };
    const after = { ...merged, ...this.noun.derive?.(merged, before) };
    this.noun.check?.(after, before);
    await refuseForeignReferences(this.mongo, principal, this.noun, patch, session, before);
    const { _id } = before;
    // Only what differs is written, so that what others keep beside (a score, say) stays as it is.
    const fields = Object.fromEntries(
      Object.entries(after).filter(
        ([name, value]) => value !== (before as unknown as Record<string, unknown>)[name],
      ),
    );
    const saved = await this.collection.findOneAndUpdate(
      { _id, version: before.version } as Filter<D>,
      {
        $set: {
          ...fields,
          search: this.noun.tokens(after),
          updatedAt: new Date(),
          updatedBy: principal.userId,
        },
        $inc: { version: 1 },
      } as never,
      { session, returnDocument: 'after' },
    );
    if (!saved) throw this.conflict((await this.collection.findOne({ _id } as Filter<D>, { session })) as D);
    const changed = Object.keys(patch);
    const { kind } = this.noun;
    await this.audit.record(
      principal,
      { action, entity: kind, entityId: _id, before, after: saved, fields: changed },
      session,
    );
    await this.#remember(principal, saved as D, before, session);
    tell(...this.told(principal, saved as D, action, changed), ...this.#jobs(saved as D, changed));
    return saved as D;
  }

  /** Puts a record into the trash, from where it can be restored for 30 days. */
  async remove(principal: Principal, id: string): Promise<void> {
    await this.outbox.commit(async (session, tell) => {
      const before = await this.find(principal, 'delete', id, session);
      await this.change(principal, before, { deletedAt: new Date() } as Partial<D>, {
        session,
        tell,
        action: `${this.noun.kind}.deleted`,
      });
    });
  }

  /** Takes a record out of the trash. */
  async restore(principal: Principal, id: string): Promise<V> {
    return this.outbox.commit(async (session, tell) => {
      const scope = { ...policy(principal, 'delete', this.noun.kind), _id: id, deletedAt: { $ne: null } };
      const before = (await this.collection.findOne(scope as Filter<D>, { session })) as D | null;
      if (!before) throw new Problem('not-found');
      return this.noun.view(
        await this.change(principal, before, { deletedAt: null } as Partial<D>, {
          session,
          tell,
          action: `${this.noun.kind}.restored`,
        }),
      );
    });
  }

  /** The stored record, if the principal may do `action` with it. One that may only be read is `forbidden`. */
  async find(principal: Principal, action: Action, id: string, session?: ClientSession): Promise<D> {
    const ask = (wanted: Action) =>
      this.collection.findOne({ ...this.scope(principal, wanted), _id: id } as Filter<D>, {
        session,
      }) as Promise<D | null>;
    const found = await ask(action);
    if (found) return found;
    if (action !== 'read' && (await ask('read'))) throw new Problem('forbidden');
    throw new Problem('not-found');
  }

  /** What the principal may do `action` with, without the trash. */
  scope(principal: Principal, action: Action): AnyFilter {
    return { ...policy(principal, action, this.noun.kind), deletedAt: null };
  }

  /** The announcement of a change. */
  told(actor: Pick<Principal, 'userId'>, record: D, type: string, changed: readonly string[]): Message[] {
    const { kind } = this.noun;
    const audience = {
      orgId: record.orgId,
      ownerId: ((record as unknown as Record<string, unknown>)[ownerField[kind]] as string | null) ?? null,
      kind,
    };
    const happening = {
      type,
      entity: kind,
      entityId: record._id,
      version: record.version,
      changed,
      actorId: actor.userId,
    };
    return [{ announcement: announcement(audience, happening) }];
  }

  conflict(current: D): Problem {
    return new Problem('version-conflict', { extra: { current: this.noun.view(current) } });
  }

  get collection(): Collection<D> {
    return this.mongo.db.collection<D>(this.noun.collection);
  }

  async #remember(principal: Principal, after: D, before: D | null, session: ClientSession): Promise<void> {
    for (const entry of this.noun.history?.(after, before) ?? [])
      await rememberHistory(
        this.mongo,
        principal,
        { entity: this.noun.kind as LinkKind, id: after._id },
        entry,
        session,
      );
  }

  #jobs(record: D, changed: readonly string[]): Message[] {
    return (this.noun.jobs?.(record, changed) ?? []).map((job) => ({ job }));
  }

  async #refuseDuplicate(
    principal: Principal,
    same: readonly AnyFilter[],
    session: ClientSession,
  ): Promise<void> {
    const anywhere = { orgId: principal.orgId, deletedAt: null, $or: [...same] } as Filter<D>;
    if (!(await this.collection.findOne(anywhere, { session, projection: { _id: 1 } }))) return;
    const visible = { $and: [this.scope(principal, 'read'), { $or: [...same] }] } as Filter<D>;
    const found = (await this.collection.find(visible, { session }).limit(5).toArray()) as D[];
    throw new Problem('duplicate', {
      detail: `This ${this.noun.kind} exists already. Send it again with allowDuplicate=true to add it anyway.`,
      extra: { candidates: found.map((record) => this.noun.view(record)) },
    });
  }
}
