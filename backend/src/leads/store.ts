import type { ClientSession } from 'mongodb';
import { orgCurrency } from '../org/currency.ts';
import type { Message } from '../outbox/outbox.ts';
import type { Principal } from '../policy/principal.ts';
import { RecordStore, type StoreNeeds } from '../records/record-store.ts';
import { type LeadDocument, leadNoun, leadView, type NewLeadGiven } from './lead.ts';
import type { Lead, LeadCreate, LeadPatch, LeadScore } from './schema.ts';

/** Leads in the database. */
export class LeadStore extends RecordStore<LeadDocument, Lead, NewLeadGiven, LeadPatch> {
  constructor(needs: StoreNeeds) {
    super(leadNoun, needs);
  }

  /** Adds a lead; its estimate is in the organisation's currency unless said. */
  override async createWithin(
    principal: Principal,
    given: LeadCreate,
    options: { allowDuplicate?: boolean; session: ClientSession; tell: (...messages: Message[]) => void },
  ): Promise<Lead> {
    const currency = given.currency ?? (await orgCurrency(this.mongo, principal.orgId, options.session));
    return super.createWithin(principal, { ...given, currency }, options);
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
