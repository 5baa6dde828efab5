import type { ClientSession, Collection, Document, Filter } from 'mongodb';
import { announcement } from '../events/event.ts';
import { type FilterContext, toMongoFilter } from '../http/filter.ts';
import { listPage } from '../http/list.ts';
import { searchFilter } from '../http/search-tokens.ts';
import { guard } from '../mongo/guard.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Message, Outbox } from '../outbox/outbox.ts';
import { type Action, policy } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import { invalid, Problem } from '../problem.ts';
import { job } from '../queue/jobs.ts';
import { type LeadDocument, leadView, newLead } from './lead.ts';
import {
  type Lead,
  type LeadCreate,
  type LeadPatch,
  type LeadQuery,
  type LeadScore,
  leadFilters,
} from './schema.ts';
import { tokensOf } from './tokens.ts';

/** Changes to these make a lead's score out of date. */
const scored = [
  'name',
  'email',
  'phone',
  'companyName',
  'jobTitle',
  'website',
  'cnpj',
  'city',
  'state',
  'source',
  'sourceDetails',
  'message',
  'estimatedValueCents',
];

/** Leads in the database. Every method acts for someone and reaches only what the policy gives them. */
export class LeadStore {
  readonly #mongo: Mongo;
  readonly #outbox: Outbox;

  constructor({ mongo, outbox }: { mongo: Mongo; outbox: Outbox }) {
    this.#mongo = mongo;
    this.#outbox = outbox;
  }

  async list(principal: Principal, query: LeadQuery, context: FilterContext) {
    const filter = {
      ...this.#scope(principal, 'read'),
      ...searchFilter(query.q),
    };
    const asked = toMongoFilter(query.filter, leadFilters, context);
    const { documents, page } = await listPage(this.#leads, {
      filter: Object.keys(asked).length === 0 ? filter : { $and: [filter, asked] },
      sort: query.sort,
      limit: query.limit,
      cursor: query.cursor,
    });
    return { data: documents.map(leadView), page };
  }

  /** The lead, or a `not-found` problem, also when the principal may not see it. */
  async get(principal: Principal, id: string): Promise<Lead> {
    return leadView(await this.#find(principal, 'read', id));
  }

  /**
   * Adds a lead and asks for its score. Somebody with the same e-mail address or phone is a `duplicate` problem with
   * the candidates the principal may see, unless `allowDuplicate`.
   */
  async create(principal: Principal, given: LeadCreate, { allowDuplicate = false } = {}): Promise<Lead> {
    const document = newLead(principal, given);
    return this.#outbox.commit(async (session, tell) => {
      await this.#holdIdentity(document, session);
      if (!allowDuplicate) await this.#refuseDuplicate(principal, document, session);
      await this.#leads.insertOne(document, { session });
      tell(...this.#changed(principal, document, 'lead.created', Object.keys(given)), this.#score(document));
      return leadView(document);
    });
  }

  /** Changes a lead from the version the caller saw; `version-conflict` with the current record when it moved on. */
  async update(principal: Principal, id: string, version: number, patch: LeadPatch): Promise<Lead> {
    return this.#outbox.commit(async (session, tell) => {
      const before = await this.#find(principal, 'write', id, session);
      if (before.version !== version) throw conflict(before);
      refuseBrokenRules(before, patch);
      const after = {
        ...before,
        ...patch,
        ...(patch.status && patch.status !== 'unqualified' && { unqualifiedReason: null }),
      } as LeadDocument;
      const set = {
        ...patch,
        unqualifiedReason: after.unqualifiedReason,
        search: tokensOf(after),
        updatedAt: new Date(),
        updatedBy: principal.userId,
      };
      const saved = await this.#leads.findOneAndUpdate(
        { _id: id, version },
        { $set: set, $inc: { version: 1 } },
        { session, returnDocument: 'after' },
      );
      if (!saved) throw conflict(await this.#find(principal, 'read', id, session));
      const changed = Object.keys(patch);
      tell(...this.#changed(principal, saved, 'lead.updated', changed));
      if (changed.some((name) => scored.includes(name))) tell(this.#score(saved));
      return leadView(saved);
    });
  }

  /** Puts a lead into the trash, from where it can be restored for 30 days. */
  async remove(principal: Principal, id: string): Promise<void> {
    await this.#outbox.commit(async (session, tell) => {
      const before = await this.#find(principal, 'delete', id, session);
      const set = { deletedAt: new Date(), updatedBy: principal.userId };
      await this.#leads.updateOne({ _id: id }, { $set: set, $inc: { version: 1 } }, { session });
      tell(
        ...this.#changed(principal, { ...before, version: before.version + 1 }, 'lead.deleted', [
          'deletedAt',
        ]),
      );
    });
  }

  /** Takes a lead out of the trash. */
  async restore(principal: Principal, id: string): Promise<Lead> {
    return this.#outbox.commit(async (session, tell) => {
      const restored = await this.#leads.findOneAndUpdate(
        { ...policy(principal, 'delete', 'lead'), _id: id, deletedAt: { $ne: null } } as Filter<LeadDocument>,
        {
          $set: { deletedAt: null, updatedAt: new Date(), updatedBy: principal.userId },
          $inc: { version: 1 },
        },
        { session, returnDocument: 'after' },
      );
      if (!restored) throw new Problem('not-found');
      tell(...this.#changed(principal, restored, 'lead.updated', ['deletedAt']));
      return leadView(restored);
    });
  }

  /** The lead as it is stored, for the job that scores it; nothing when it is gone by now. */
  async forScoring(orgId: string, id: string): Promise<LeadDocument | null> {
    return this.#leads.findOne({ _id: id, orgId, deletedAt: null });
  }

  /**
   * Keeps a score, unless the lead changed since it was read: then another job is on its way. A score is nobody's
   * edit, so it neither raises the version nor makes an open form conflict.
   */
  async saveScore(lead: LeadDocument, score: LeadScore): Promise<boolean> {
    return this.#outbox.commit(async (session, tell) => {
      const { matchedCount } = await this.#leads.updateOne(
        { _id: lead._id, version: lead.version },
        { $set: { score } },
        { session },
      );
      if (matchedCount === 0) return false;
      tell(...this.#changed({ orgId: lead.orgId, userId: null }, lead, 'lead.scored', ['score']));
      return true;
    });
  }

  async #find(
    principal: Principal,
    action: Action,
    id: string,
    session?: ClientSession,
  ): Promise<LeadDocument> {
    const found = await this.#leads.findOne(
      { ...this.#scope(principal, action), _id: id } as Filter<LeadDocument>,
      { session },
    );
    if (found) return found;
    // Somebody who may read it is told that they may not change it; to anyone else it does not exist.
    if (
      action !== 'read' &&
      (await this.#leads.findOne({ ...this.#scope(principal, 'read'), _id: id } as Filter<LeadDocument>, {
        session,
      }))
    )
      throw new Problem('forbidden');
    throw new Problem('not-found');
  }

  #scope(principal: Principal, action: Action): Filter<Document> {
    return { ...policy(principal, action, 'lead'), deletedAt: null };
  }

  /** Makes two people who add the same person at the same moment wait for one another. */
  async #holdIdentity({ orgId, email, phone }: LeadDocument, session: ClientSession): Promise<void> {
    const keys = [email, phone].filter((value) => value !== null).map((value) => `lead:${orgId}:${value}`);
    for (const key of keys.sort()) await guard(this.#mongo, key, session);
  }

  async #refuseDuplicate(principal: Principal, lead: LeadDocument, session: ClientSession): Promise<void> {
    const same = [
      ...(lead.email ? [{ email: lead.email }] : []),
      ...(lead.phone ? [{ phone: lead.phone }] : []),
    ];
    const found = await this.#leads
      .find({ orgId: lead.orgId, deletedAt: null, $or: same }, { session })
      .limit(5)
      .toArray();
    if (found.length === 0) return;
    const visible = await this.#leads
      .find(
        {
          ...this.#scope(principal, 'read'),
          _id: { $in: found.map(({ _id }) => _id) },
        } as Filter<LeadDocument>,
        { session },
      )
      .toArray();
    const candidates = visible
      .map(leadView)
      .map(({ id, name, email, phone, companyName, status, ownerId, createdAt }) => ({
        id,
        name,
        email,
        phone,
        companyName,
        status,
        ownerId,
        createdAt,
      }));
    throw new Problem('duplicate', {
      detail:
        'A lead with this e-mail address or phone number exists. Send it again with allowDuplicate=true to add it anyway.',
      extra: { candidates },
    });
  }

  #changed(
    actor: Pick<Principal, 'userId' | 'orgId'>,
    lead: LeadDocument,
    type: string,
    changed: readonly string[],
  ): Message[] {
    const audience = { orgId: lead.orgId, ownerId: lead.ownerId, kind: 'lead' as const };
    return [
      {
        announcement: announcement(audience, {
          type,
          entity: 'lead',
          entityId: lead._id,
          version: lead.version,
          changed,
          actorId: actor.userId,
        }),
      },
    ];
  }

  #score(lead: LeadDocument): Message {
    return { job: job('leads.score', { orgId: lead.orgId, leadId: lead._id }) };
  }

  get #leads(): Collection<LeadDocument> {
    return this.#mongo.db.collection('leads');
  }
}

/** The rules between fields, judged on the record as it would become. */
function refuseBrokenRules(before: LeadDocument, patch: LeadPatch): void {
  const after = { ...before, ...patch };
  if (!after.email && !after.phone)
    throw invalid('#/email', 'email.required', 'An e-mail address or a phone number is required.');
  if (before.status === 'converted' && patch.status && patch.status !== 'converted')
    throw new Problem('invalid-transition', { detail: 'A converted lead stays converted.' });
  if (patch.status === 'converted' && before.status !== 'converted')
    throw new Problem('invalid-transition', {
      detail: 'A lead is converted by its conversion, not by its status.',
    });
  if (after.status === 'unqualified' && !after.unqualifiedReason)
    throw invalid('#/unqualifiedReason', 'unqualifiedReason.required', 'Say why this lead is not qualified.');
}

function conflict(current: LeadDocument): Problem {
  return new Problem('version-conflict', { extra: { current: leadView(current) } });
}
