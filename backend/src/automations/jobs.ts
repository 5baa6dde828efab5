import type { Handler } from '../queue/work.ts';
import type { Automations } from './automations.ts';

export function wonDeal(automations: Automations): Handler<'automations.dealWon'> {
  return ({ orgId, dealId, actorId }) => automations.dealWon(orgId, dealId, { actorId });
}

/** Each morning. */
export function dailyAutomations(automations: Automations): Handler<'automations.daily'> {
  return () => automations.daily();
}
