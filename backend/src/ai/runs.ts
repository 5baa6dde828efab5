import type { Collection } from 'mongodb';
import { newId } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import type { Attempt } from './chain.ts';
import { costMicros } from './price.ts';
import type { AiUsage, FailureKind, ProviderName, RunKind } from './schema.ts';

const keptSeconds = 730 * 86_400;

interface RunDocument {
  _id: string;
  orgId: string;
  /** Who asked; null for a job. */
  userId: string | null;
  kind: RunKind;
  /** What it was about, as in `lead:<id>`. */
  entityKey: string | null;
  provider: ProviderName;
  model: string;
  status: 'done' | 'failed';
  failure: FailureKind | null;
  inputTokens: number;
  outputTokens: number;
  /** Millionths of a US dollar. */
  costMicros: number;
  ms: number;
  output: unknown;
  feedback: { value: 'up' | 'down'; note: string | null; at: Date } | null;
  at: Date;
}

/** What an organisation spent in a month: one document, so that the budget is known without adding up. */
interface SpendDocument {
  _id: string;
  costMicros: number;
}

/** The month of a moment, UTC: `2026-11`. */
export const monthOf = (at: Date): string => at.toISOString().slice(0, 7);

/** Every request to a provider: what it cost, what came of it, what people thought of it. Prompts are not kept. */
export class RunStore {
  readonly #mongo: Mongo;

  constructor(mongo: Mongo) {
    this.#mongo = mongo;
  }

  /** Keeps an attempt and counts its cost. Returns the run's id. */
  async keep(
    { orgId, userId }: Pick<Principal, 'orgId' | 'userId'>,
    { kind, entityKey }: { kind: RunKind; entityKey: string | null },
    attempt: Attempt,
  ): Promise<string> {
    const at = new Date();
    const cost = costMicros(attempt.model, attempt.tokens);
    const run: RunDocument = {
      _id: newId(),
      orgId,
      userId,
      kind,
      entityKey,
      provider: attempt.provider,
      model: attempt.model,
      status: attempt.failure === null ? 'done' : 'failed',
      failure: attempt.failure,
      inputTokens: attempt.tokens.input,
      outputTokens: attempt.tokens.output,
      costMicros: cost,
      ms: attempt.ms,
      output: attempt.output,
      feedback: null,
      at,
    };
    await this.#runs.insertOne(run);
    if (cost > 0)
      await this.#spend.updateOne(
        { _id: `${orgId}:${monthOf(at)}` },
        { $inc: { costMicros: cost } },
        { upsert: true },
      );
    return run._id;
  }

  /** US cents spent in a month. */
  async spentCents(orgId: string, month = monthOf(new Date())): Promise<number> {
    const spend = await this.#spend.findOne({ _id: `${orgId}:${month}` });
    return Math.round((spend?.costMicros ?? 0) / 100) / 100;
  }

  /** What somebody thinks of an answer they were given; answers to jobs are everybody's to judge. */
  async rate(
    { orgId, userId }: Principal,
    id: string,
    { value, note }: { value: 'up' | 'down'; note: string | null },
  ): Promise<void> {
    const { matchedCount } = await this.#runs.updateOne(
      { _id: id, orgId, status: 'done', userId: { $in: [userId, null] } },
      { $set: { feedback: { value, note, at: new Date() } } },
    );
    if (matchedCount === 0) throw new Problem('not-found');
  }

  /** A month by kind, provider and model. */
  async usage(orgId: string, month: string): Promise<Pick<AiUsage, 'rows' | 'feedback'>> {
    const [year, number] = month.split('-').map(Number) as [number, number];
    const at = { $gte: new Date(Date.UTC(year, number - 1)), $lt: new Date(Date.UTC(year, number)) };
    const when = (condition: object) => ({ $sum: { $cond: [condition, 1, 0] } });
    const groups = await this.#runs
      .aggregate<{
        _id: { kind: RunKind; provider: ProviderName; model: string };
        runs: number;
        failed: number;
        inputTokens: number;
        outputTokens: number;
        costMicros: number;
        up: number;
        down: number;
      }>([
        { $match: { orgId, at } },
        {
          $group: {
            _id: { kind: '$kind', provider: '$provider', model: '$model' },
            runs: { $sum: 1 },
            failed: when({ $eq: ['$status', 'failed'] }),
            inputTokens: { $sum: '$inputTokens' },
            outputTokens: { $sum: '$outputTokens' },
            costMicros: { $sum: '$costMicros' },
            up: when({ $eq: ['$feedback.value', 'up'] }),
            down: when({ $eq: ['$feedback.value', 'down'] }),
          },
        },
      ])
      .toArray();
    return {
      rows: groups
        .map(({ _id, runs, failed, inputTokens, outputTokens, costMicros }) => ({
          ..._id,
          runs,
          failed,
          inputTokens,
          outputTokens,
          costCents: Math.round(costMicros / 100) / 100,
        }))
        .sort((a, b) => b.costCents - a.costCents),
      feedback: {
        up: groups.reduce((sum, { up }) => sum + up, 0),
        down: groups.reduce((sum, { down }) => sum + down, 0),
      },
    };
  }

  get #runs(): Collection<RunDocument> {
    return this.#mongo.db.collection('aiRuns');
  }
  get #spend(): Collection<SpendDocument> {
    return this.#mongo.db.collection('aiSpend');
  }
}

export const aiIndexes: Indexes = {
  aiRuns: [
    { key: { orgId: 1, at: -1 } },
    { key: { orgId: 1, entityKey: 1, at: -1 } },
    { key: { at: 1 }, expireAfterSeconds: keptSeconds },
  ],
};
