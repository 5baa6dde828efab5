import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Link } from '../activities/activity.ts';
import type { Audit } from '../audit/audit.ts';
import type { Deal } from '../deals/deal.ts';
import { judgement } from '../deals/jobs.ts';
import { leadView } from '../leads/lead.ts';
import type { Lead } from '../leads/schema.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { notify } from '../notices/notify.ts';
import { adminsOf } from '../notices/people.ts';
import { firstOrgId } from '../org/org.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { type Principal, systemPrincipal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import { announceRights, type UserStore } from '../users/store.ts';
import { Asker } from './asker.ts';
import { assist } from './assistant.ts';
import type { AssistantNeeds } from './assistant-tools.ts';
import { type AiSettings, Chain, type ChainLog } from './chain.ts';
import { insightByAi } from './deal-insight.ts';
import { draftEmails } from './email-drafts.ts';
import { qualifyByAi } from './lead-qualification.ts';
import { refuseOptedOut } from './people.ts';
import { monthOf, RunStore } from './runs.ts';
import type {
  AiStatus,
  AiUsage,
  AssistantEvent,
  AssistantRequest,
  EmailDrafts,
  EmailDraftsRequest,
  ProviderName,
  TimelineSummary,
} from './schema.ts';
import { summariseTimeline } from './timeline-summary.ts';

interface AiNeeds extends AssistantNeeds {
  settings: AiSettings;
  redis: Redis;
  log: ChainLog;
  mongo: Mongo;
  outbox: Outbox;
  audit: Audit;
  users: UserStore;
  /** Milliseconds a provider may take; the usual limit unless given. */
  timeout?: number;
}

/** Everything AI does for people. Each method acts for someone and reaches only what they may see. */
export class Ai {
  readonly #needs: AiNeeds & { asker: Asker };
  readonly #runs: RunStore;

  constructor(needs: AiNeeds) {
    this.#runs = new RunStore(needs.mongo);
    const chain = new Chain({ ...needs, failing: (provider, how) => tellAdmins(needs, provider, how) });
    this.#needs = { ...needs, asker: new Asker({ mongo: needs.mongo, chain, runs: this.#runs }) };
  }

  status(orgId: string): Promise<AiStatus> {
    return this.#needs.asker.status(orgId);
  }

  /** Whether a job that asks AI is worth queueing. */
  willing(orgId: string): Promise<boolean> {
    return this.#needs.asker.willing(orgId);
  }

  draftEmails(principal: Principal, wish: EmailDraftsRequest): Promise<EmailDrafts> {
    return draftEmails(this.#needs, principal, wish);
  }

  summarise(principal: Principal, link: Link): Promise<TimelineSummary> {
    return summariseTimeline(this.#needs, principal, link);
  }

  assist(principal: Principal, wish: AssistantRequest): AsyncGenerator<AssistantEvent> {
    return assist(this.#needs, principal, wish);
  }

  /** Scores a lead with AI's opinion. The score by rules stays where it was when nobody answers. */
  async qualifyLead(principal: Principal, id: string): Promise<Lead> {
    const { leads, mongo } = this.#needs;
    const lead = await leads.find(principal, 'write', id);
    await refuseOptedOut(mongo, lead.orgId, { entity: 'lead', id }, lead);
    const score = await qualifyByAi(this.#needs, principal, lead);
    await leads.saveScore(lead, score);
    return leadView(await leads.find(principal, 'read', id));
  }

  /** Judges an open deal with AI's opinion beside the rules'. */
  async predictDeal(principal: Principal, id: string): Promise<Deal> {
    const { deals, mongo, pipelines } = this.#needs;
    const deal = await deals.find(principal, 'write', id);
    if (deal.status !== 'open') throw new Problem('invalid-transition', { detail: 'This deal is closed.' });
    await refuseOptedOut(mongo, deal.orgId, { entity: 'deal', id }, deal);
    const pipeline = await pipelines.get(deal.orgId, deal.pipelineId);
    const health = await judgement(mongo, deal, pipeline);
    if (!health) throw new Problem('conflict', { detail: 'The deal’s stage is gone.' });
    await deals.saveInsight(deal, await insightByAi(this.#needs, principal, deal, pipeline, health));
    return deals.get(principal, id);
  }

  rate(
    principal: Principal,
    id: string,
    feedback: { value: 'up' | 'down'; note: string | null },
  ): Promise<void> {
    return this.#runs.rate(principal, id, feedback);
  }

  async usage(orgId: string, month = monthOf(new Date())): Promise<AiUsage> {
    const [org, spentCents, usage] = await Promise.all([
      this.#needs.asker.org(orgId),
      this.#runs.spentCents(orgId, month),
      this.#runs.usage(orgId, month),
    ]);
    return { month, budgetCents: org.ai.monthlyBudgetCents, spentCents, ...usage };
  }

  /** Asks every configured provider for a word. */
  test(principal: Principal) {
    return this.#needs.asker.test(principal, {
      system: 'Answer with the word ok.',
      prompt: 'Are you there?',
      shape: z.object({ word: z.string() }),
      shapeName: 'test',
    });
  }
}

/**
 * A provider that fails is for an admin to know, once a day (of UTC). One that refuses our key stands in the audit log, too, and
 * open screens ask anew.
 */
async function tellAdmins(
  { mongo, outbox, audit }: AiNeeds,
  provider: ProviderName,
  how: 'open' | 'misconfigured',
): Promise<void> {
  const system = systemPrincipal(firstOrgId);
  const to = await adminsOf(mongo, firstOrgId);
  const occasion = `ai_failing:${provider}:${new Date().toISOString().slice(0, 10)}`;
  const data = { provider, code: how };
  await outbox.commit(async (session, tell) => {
    await notify(
      mongo,
      { orgId: firstOrgId, kind: 'ai_failing', to, actorId: null, occasion, data },
      { session, tell },
    );
    if (how !== 'misconfigured') return;
    await audit.record(
      system,
      { action: 'ai.provider-misconfigured', entity: 'org', entityId: firstOrgId, after: { provider } },
      session,
    );
    tell(announceRights(system, 'org', firstOrgId));
  });
}
