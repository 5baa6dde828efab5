import { systemPrincipal } from '../policy/principal.ts';
import { Problem, type ProblemCode } from '../problem.ts';
import type { Handler } from '../queue/work.ts';
import type { Ai } from './ai.ts';

/** Reasons for which trying again later changes nothing: the record, the person or the organisation does not want it. */
const final: readonly ProblemCode[] = [
  'not-found',
  'ai-not-configured',
  'ai-disabled',
  'ai-budget-exceeded',
  'ai-opted-out',
  'ai-refused',
  'invalid-transition',
  'conflict',
];

/** Asks AI about a new or changed lead. While nobody answers it is tried again; the score by rules stays. */
export function qualifyLead(ai: Ai): Handler<'ai.qualifyLead'> {
  return ({ orgId, leadId }) => unlessFinal(() => ai.qualifyLead(systemPrincipal(orgId), leadId));
}

/** Asks AI about an open deal. */
export function predictDeal(ai: Ai): Handler<'ai.predictDeal'> {
  return ({ orgId, dealId }) => unlessFinal(() => ai.predictDeal(systemPrincipal(orgId), dealId));
}

async function unlessFinal(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem) || !final.includes(error.code)) throw error;
  }
}
