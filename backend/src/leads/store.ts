import type { ClientSession } from 'mongodb';
import { AutomationRuns } from '../automations/runs.ts';
import { orgCurrency } from '../org/currency.ts';
import type { Message } from '../outbox/outbox.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import { RecordStore, type StoreNeeds } from '../records/record-store.ts';
import { type Assigned, type AssignWish, chosenWay, nextOwner } from './assignment.ts';
import { type LeadDocument, leadNoun, leadView, type NewLeadGiven } from './lead.ts';
import type { Lead, LeadCreate, LeadPatch, LeadScore } from './schema.ts';

/** Leads in the database. */
export class LeadStore extends RecordStore<LeadDocument, Lead, NewLeadGiven, LeadPatch> {
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
    if (lead.ownerId !== null && lead.ownerId !== principal.userId)
      options.tell(...this.assigned(principal, { _id: lead.id, orgId: principal.orgId, ...lead }));
    return lead;
  }

  override async change(
    principal: Principal,
    before: LeadDocument,
    patch: Partial<LeadDocument>,
    options: { session: ClientSession; tell: (...messages: Message[]) => void; action?: string },
  ): Promise<LeadDocument> {
    const saved = await super.change(principal, before, patch, options);
    const { ownerId } = saved;
    if (ownerId !== null && ownerId !== before.ownerId && ownerId !== principal.userId)
      options.tell(...this.assigned(principal, saved));
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

  /** The announcement that somebody was given a lead, by which they are told. */
  protected assigned(
    principal: Principal,
    lead: Pick<LeadDocument, '_id' | 'orgId' | 'ownerId' | 'version'>,
  ): Message[] {
    return this.told(principal, lead as LeadDocument, 'lead.assigned', ['ownerId']);
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
      if (matchedCount > 0) tell(...this.told({ userId: null }, lead, 'lead.scored', ['score']));
      return matchedCount > 0;
    });
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
