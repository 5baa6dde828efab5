import { job } from '../queue/jobs.ts';
import type { Queues } from '../queue/queues.ts';
import type { Handler } from '../queue/work.ts';
import { scoreByRules } from './score.ts';
import type { LeadStore } from './store.ts';

/** Somebody who fills in a lead changes it several times; AI looks again once they have paused. */
const settlingMs = 60_000;

interface ScoreNeeds {
  leads: LeadStore;
  queues: Queues;
  /** Whether AI would be asked for this organisation now. */
  ai: { willing(orgId: string): Promise<boolean> };
}

/**
 * Scores a lead by rules, and has AI look at it where that is on: at once when it is new, after a pause when it changed.
 * Repeating it gives the same score; a lead that is gone needs none. Imported leads are AI's only on request: a file of
 * thousands would spend the budget.
 */
export function scoreLead({ leads, queues, ai }: ScoreNeeds): Handler<'leads.score'> {
  return async ({ orgId, leadId }) => {
    const lead = await leads.forScoring(orgId, leadId);
    if (!lead) return;
    await leads.saveScore(lead, scoreByRules(lead));
    const wanted = lead.source !== 'import' && lead.status !== 'converted' && !lead.consent.aiOptOut;
    if (wanted && (await ai.willing(orgId))) {
      const debounce = { id: leadId, ms: lead.score === null ? 0 : settlingMs };
      await queues.add(job('ai.qualifyLead', { orgId, leadId }, { debounce }));
    }
  };
}
