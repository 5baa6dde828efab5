import type { Handler } from '../queue/work.ts';
import { scoreByRules } from './score.ts';
import type { LeadStore } from './store.ts';

/** Scores a lead. Repeating it gives the same score; a lead that is gone needs none. */
export function scoreLead(leads: LeadStore): Handler<'leads.score'> {
  return async ({ orgId, leadId }) => {
    const lead = await leads.forScoring(orgId, leadId);
    if (lead) await leads.saveScore(lead, scoreByRules(lead));
  };
}
