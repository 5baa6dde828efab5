import type { Link } from '../activities/activity.ts';
import type { Deal } from '../deals/deal.ts';
import type { DealStore } from '../deals/store.ts';
import type { Lead } from '../leads/schema.ts';
import type { LeadStore } from '../leads/store.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import type { Settings } from '../settings.ts';
import type {
  AiStatus,
  AiUsage,
  AssistantEvent,
  AssistantRequest,
  EmailDrafts,
  EmailDraftsRequest,
  TimelineSummary,
} from './schema.ts';

/** Everything AI does for people. Each method acts for someone and reaches only what they may see. */
export class Ai {
  readonly #settings: Settings;
  readonly #leads: LeadStore;
  readonly #deals: DealStore;
  constructor({ settings, leads, deals }: { settings: Settings; leads: LeadStore; deals: DealStore }) {
    this.#settings = settings;
    this.#leads = leads;
    this.#deals = deals;
  }
  async status(_orgId: string): Promise<AiStatus> {
    const off = { configured: false, circuit: 'closed' as const, lastError: null };
    return {
      state: 'not_configured',
      providers: [
        { name: 'claude', model: this.#settings.AI_MODEL_CLAUDE, ...off },
        { name: 'openai', model: this.#settings.AI_MODEL_OPENAI, ...off },
      ],
      features: {
        leadQualification: false,
        emailDrafts: false,
        dealInsight: false,
        timelineSummary: false,
        assistant: false,
      },
    };
  }
  async draftEmails(_principal: Principal, _wish: EmailDraftsRequest): Promise<EmailDrafts> {
    throw new Problem('ai-not-configured');
  }
  async summarise(_principal: Principal, _link: Link): Promise<TimelineSummary> {
    throw new Problem('ai-not-configured');
  }
  // biome-ignore lint/correctness/useYield: refuses before its first event
  async *assist(_principal: Principal, _wish: AssistantRequest): AsyncGenerator<AssistantEvent> {
    throw new Problem('ai-not-configured');
  }
  async qualifyLead(principal: Principal, id: string): Promise<Lead> {
    await this.#leads.find(principal, 'write', id);
    throw new Problem('ai-not-configured');
  }
  async predictDeal(principal: Principal, id: string): Promise<Deal> {
    await this.#deals.find(principal, 'write', id);
    throw new Problem('ai-not-configured');
  }
  async rate(
    _principal: Principal,
    _id: string,
    _feedback: { value: 'up' | 'down'; note: string | null },
  ): Promise<void> {
    throw new Problem('not-found');
  }
  async usage(_orgId: string, month = new Date().toISOString().slice(0, 7)): Promise<AiUsage> {
    return { month, budgetCents: 0, spentCents: 0, rows: [], feedback: { up: 0, down: 0 } };
  }
  async test(_principal: Principal): Promise<[]> {
    throw new Problem('ai-not-configured');
  }
}
