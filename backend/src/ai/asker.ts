import type { z } from 'zod';
import type { Mongo } from '../mongo/mongo.ts';
import { newOrg, type OrgDocument } from '../org/org.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import type { Answered, Chain } from './chain.ts';
import type { Question, Talk } from './provider.ts';
import type { RunStore } from './runs.ts';
import type { AiStatus, RunKind } from './schema.ts';

export interface About {
  kind: RunKind;
  /** As in `lead:<id>`; null where it is about nothing in particular. */
  entityKey: string | null;
}

/** Asks the chain on behalf of an organisation: only if it wants AI, and within its monthly budget. */
export class Asker {
  readonly #mongo: Mongo;
  readonly #chain: Chain;
  readonly #runs: RunStore;

  constructor({ mongo, chain, runs }: { mongo: Mongo; chain: Chain; runs: RunStore }) {
    this.#mongo = mongo;
    this.#chain = chain;
    this.#runs = runs;
  }

  async org(orgId: string): Promise<OrgDocument> {
    return (await this.#mongo.db.collection<OrgDocument>('orgs').findOne({ _id: orgId })) ?? newOrg('');
  }

  async status(orgId: string): Promise<AiStatus> {
    const [providers, refusal] = await Promise.all([this.#chain.providers(), this.#refusal(orgId)]);
    const usable = providers.filter(({ configured, circuit }) => configured && circuit === 'closed');
    const degraded = providers.some(({ configured, circuit }) => configured && circuit !== 'closed');
    // Offered also while nobody answers: then asking says so, and works again by itself.
    const on = refusal === undefined;
    const states = {
      'ai-not-configured': 'not_configured',
      'ai-disabled': 'disabled',
      'ai-budget-exceeded': 'budget_exceeded',
    } as const;
    return {
      state: refusal ? states[refusal] : usable.length === 0 ? 'failing' : degraded ? 'degraded' : 'ready',
      providers,
      features: {
        leadQualification: on,
        emailDrafts: on,
        dealInsight: on,
        timelineSummary: on,
        assistant: on,
      },
    };
  }

  /** Whether asking makes sense now; jobs look before they are queued. */
  async willing(orgId: string): Promise<boolean> {
    return (await this.#refusal(orgId)) === undefined;
  }

  /** Asks one question. Throws a problem where the organisation does not want it, cannot pay it, or nobody answers. */
  async ask<T>(
    principal: Principal,
    about: About,
    question: Omit<Question, 'repair' | 'shape'> & { shape: z.ZodType<T> },
  ): Promise<Answered<T>> {
    await this.#mayAsk(principal.orgId);
    return this.#chain.ask(question, (attempt) => this.#runs.keep(principal, about, attempt));
  }

  async *talk(principal: Principal, about: About, talk: Talk): AsyncGenerator<string, Answered<null>> {
    await this.#mayAsk(principal.orgId);
    return yield* this.#chain.talk(talk, (attempt) => this.#runs.keep(principal, about, attempt));
  }

  async test(principal: Principal, question: Omit<Question, 'repair'>) {
    if (!this.#chain.configured) throw new Problem('ai-not-configured');
    const about = { kind: 'test', entityKey: null } as const;
    return this.#chain.test(question, (attempt) => this.#runs.keep(principal, about, attempt));
  }

  async #mayAsk(orgId: string): Promise<void> {
    const refusal = await this.#refusal(orgId);
    if (refusal) throw new Problem(refusal);
  }

  async #refusal(
    orgId: string,
  ): Promise<'ai-not-configured' | 'ai-disabled' | 'ai-budget-exceeded' | undefined> {
    if (!this.#chain.configured) return 'ai-not-configured';
    const { ai } = await this.org(orgId);
    if (!ai.enabled) return 'ai-disabled';
    const spent = await this.#runs.spentCents(orgId);
    return spent >= ai.monthlyBudgetCents ? 'ai-budget-exceeded' : undefined;
  }
}
