import type { ClientSession } from 'mongodb';
import type { AuditAction } from '../audit/actions.ts';
import { AutomationRuns } from '../automations/runs.ts';
import { notifyAssigned } from '../notices/assigned.ts';
import { notify } from '../notices/notify.ts';
import { adminsOf } from '../notices/people.ts';
import { orgCurrency } from '../org/currency.ts';
import type { Message } from '../outbox/outbox.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import { RecordStore, type StoreNeeds } from '../records/record-store.ts';
import { type Assigned, type AssignWish, chosenWay, nextOwner } from './assignment.ts';
import { type LeadDocument, leadNoun, leadView, type NewLeadGiven } from './lead.ts';
import type { Lead, LeadCreate, LeadPatch, LeadRow, LeadScore } from './schema.ts';

/** Those that somebody works on. */
const openStatuses: ReadonlySet<LeadDocument['status']> = new Set(['new', 'contacted', 'qualified']);

/** Leads in the database. */
export class LeadStore extends RecordStore<LeadDocument, Lead, NewLeadGiven, LeadPatch, LeadRow> {
  constructor(needs: StoreNeeds) {
    super(leadNoun, needs);
  }

  /**
   * Adds a lead; its estimate is in the organisation's currency unless said. Where nobody says whose it is, the
   * organisation's way of assigning does; what a rep adds is their own.
   */
  override async createWithin(
    principal: Principal,
    given: LeadCreate,
    options: { allowDuplicate?: boolean; session: ClientSession; tell: (...messages: Message[]) => void },
  ): Promise<Lead> {
    const currency = given.currency ?? (await orgCurrency(this.mongo, principal.orgId, options.session));
    const owner = await this.#ownerByRule(principal, given, options.session);
    const lead = await super.createWithin(principal, { ...given, ...owner, currency }, options);
    if (owner) {
      const done = { record: { entity: 'lead', id: lead.id } as const, ownerId: lead.ownerId };
      await new AutomationRuns(this.mongo).note(principal.orgId, 'newLead', lead.id, done, options.session);
    }
    const { id: _id, ownerId, version } = lead;
    await this.#assigned(principal, { _id, orgId: principal.orgId, ownerId, version }, options);
    return lead;
  }

  override async change(
    principal: Principal,
    before: LeadDocument,
    patch: Partial<LeadDocument>,
    options: { session: ClientSession; tell: (...messages: Message[]) => void; action?: AuditAction },
  ): Promise<LeadDocument> {
    const saved = await super.change(principal, before, patch, options);
    if (saved.ownerId !== before.ownerId) await this.#assigned(principal, saved, options);
    return saved;
  }

  /** Gives leads to one person, or to several in a way. Those out of reach are left as they are, and named. */
  async assign(principal: Principal, wish: AssignWish): Promise<Assigned> {
    if ('way' in wish && principal.role === 'rep')
      throw new Problem('forbidden', { detail: 'Only managers and admins give records to other people.' });
    return this.outbox.commit(async (session, tell) => {
      const result: Assigned = { assigned: 0, refused: [] };
      for (const id of new Set(wish.ids)) {
        const before = await this.find(principal, 'write', id, session).catch(refusal);
        if (before instanceof Problem) {
          result.refused.push({ id, code: before.code });
          continue;
        }
        const ownerId =
          'way' in wish ? await nextOwner(this.mongo, principal.orgId, wish.way, session) : wish.ownerId;
        if (ownerId === before.ownerId) continue;
        await this.change(principal, before, { ownerId }, { session, tell });
        result.assigned += 1;
      }
      return result;
    });
  }

  /** Tells whoever was given a lead by somebody else. */
  async #assigned(
    principal: Principal,
    lead: Pick<LeadDocument, '_id' | 'orgId' | 'ownerId' | 'version' | 'isDemo'>,
    within: { session: ClientSession; tell: (...messages: Message[]) => void },
  ): Promise<void> {
    const { ownerId } = lead;
    if (ownerId === null || ownerId === principal.userId) return;
    within.tell(...this.told(principal, lead as LeadDocument, 'lead.assigned', ['ownerId']));
    await notifyAssigned(this.mongo, principal, 'lead', { ...lead, ownerId }, within);
  }

  /** Whose the organisation's rule makes it; nothing where somebody said it, or there is no rule. */
  async #ownerByRule(
    principal: Principal,
    given: LeadCreate,
    session: ClientSession,
  ): Promise<{ ownerId: string | null } | undefined> {
    if (given.ownerId !== undefined || principal.role === 'rep') return undefined;
    const way = await chosenWay(this.mongo, principal.orgId, session);
    return way === null ? undefined : { ownerId: await nextOwner(this.mongo, principal.orgId, way, session) };
  }

  /** The lead as it is stored, for the job that scores it; nothing when it is gone by now. */
  async forScoring(orgId: string, id: string): Promise<LeadDocument | null> {
    return this.collection.findOne({ _id: id, orgId, deletedAt: null });
  }

  /**
   * Keeps a score, unless the lead changed since it was read: then another job is on its way. A score is nobody's
   * edit, so it neither raises the version nor makes an open form conflict.
   */
  async saveScore(lead: LeadDocument, score: LeadScore): Promise<boolean> {
    return this.outbox.commit(async (session, tell) => {
      const unchanged = { _id: lead._id, version: lead.version };
      const { matchedCount } = await this.collection.updateOne(unchanged, { $set: { score } }, { session });
      if (matchedCount > 0) {
        tell(...this.told({ userId: null }, lead, 'lead.scored', ['score']));
        if (score.class === 'hot') await this.#becameHot(lead, { session, tell });
      }
      return matchedCount > 0;
    });
  }

  /** Tells whose it is, or the admins where it is nobody's, of a lead that is worked on and hot now; once. */
  async #becameHot(
    { _id, orgId, ownerId, status, score, scoreOverride, isDemo }: LeadDocument,
    within: { session: ClientSession; tell: (...messages: Message[]) => void },
  ): Promise<void> {
    if (score?.class === 'hot' || scoreOverride !== null || !openStatuses.has(status)) return;
    const to = ownerId === null ? await adminsOf(this.mongo, orgId) : [ownerId];
    const record = { entity: 'lead' as const, id: _id, ownerId, isDemo };
    const occasion = `hot_lead:${_id}`;
    await notify(this.mongo, { orgId, kind: 'hot_lead', to, actorId: null, occasion, record }, within);
  }

  /** Sets the score by hand with a reason, or, with null, gives it back to the rules. */
  async overrideScore(
    principal: Principal,
    id: string,
    version: number,
    override: { value: number; reason: string } | null,
  ): Promise<Lead> {
    return this.outbox.commit(async (session, tell) => {
      const before = await this.find(principal, 'write', id, session);
      if (before.version !== version) throw this.conflict(before);
      const scoreOverride = override && { ...override, by: principal.userId };
      return leadView(await this.change(principal, before, { scoreOverride }, { session, tell }));
    });
  }
}

/** What keeps somebody from a record, as an answer; everything else stays an error. */
function refusal(error: unknown): Problem {
  if (error instanceof Problem) return error;
  throw error;
}
