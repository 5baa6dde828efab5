import type { Mongo } from '../mongo/mongo.ts';
import { job } from '../queue/jobs.ts';
import type { Queues } from '../queue/queues.ts';
import type { Handler } from '../queue/work.ts';
import type { LeadDocument } from './lead.ts';
import type { LeadScore } from './schema.ts';
import { scoreByRules, scoreClass } from './score.ts';
import { scoreContext } from './score-context.ts';
import type { LeadStore } from './store.ts';

/** Somebody who fills in a lead changes it several times; AI looks again once they have paused. */
const settlingMs = 60_000;

interface ScoreNeeds {
  mongo: Mongo;
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
export function scoreLead({ mongo, leads, queues, ai }: ScoreNeeds): Handler<'leads.score'> {
  return async ({ orgId, leadId, rulesOnly }) => {
    const lead = await leads.forScoring(orgId, leadId);
    if (!lead) return;
    const score = scoreByRules(lead, await scoreContext(mongo, lead));
    if (rulesOnly) {
      await leads.saveScore(lead, withAi(score, lead.score));
      return;
    }
    await leads.saveScore(lead, score);
    const wanted = lead.source !== 'import' && lead.status !== 'converted' && !lead.consent.aiOptOut;
    if (wanted && (await ai.willing(orgId))) {
      const debounce = { id: leadId, ms: lead.score === null ? 0 : settlingMs };
      await queues.add(job('ai.qualifyLead', { orgId, leadId }, { debounce }));
    }
  };
}

/** A score by today's rules with what AI said of the lead before, which stays true of it. */
function withAi(rules: LeadScore, before: LeadScore | null): LeadScore {
  if (before?.source !== 'ai') return rules;
  const value = Math.max(0, Math.min(100, rules.value + before.aiAdj));
  return { ...before, rules: rules.rules, value, class: scoreClass(value), at: rules.at };
}

/** Whom the organisation looks for, or its language, has changed: every lead that is still worked on is scored anew, by a job of its own. */
export function scoreOpenLeads({
  mongo,
  queues,
}: {
  mongo: Mongo;
  queues: Queues;
}): Handler<'leads.scoreOpen'> {
  return async ({ orgId }) => {
    const open = mongo.db
      .collection<LeadDocument>('leads')
      .find({ orgId, deletedAt: null, status: { $in: ['new', 'contacted', 'qualified'] } } as object)
      .project<{ _id: string }>({ _id: 1 });
    for await (const { _id } of open)
      await queues.add(job('leads.score', { orgId, leadId: _id, rulesOnly: true }));
  };
}
