import { generateKeyBetween } from 'fractional-indexing';
import type { ClientSession } from 'mongodb';
import type { AuditAction } from '../audit/actions.ts';
import type { Money } from '../fields/money.ts';
import { cursorAfter, orderOf } from '../http/cursor.ts';
import { type FilterContext, toMongoFilter } from '../http/filter.ts';
import type { AnyFilter } from '../mongo/document.ts';
import { guard } from '../mongo/guard.ts';
import { storedBytesOf } from '../mongo/stored.ts';
import { notifyAssigned } from '../notices/assigned.ts';
import { notify } from '../notices/notify.ts';
import { orgCurrency } from '../org/currency.ts';
import type { Message } from '../outbox/outbox.ts';
import type { Pipeline, PipelineStore, Stage } from '../pipelines/pipeline.ts';
import type { Principal } from '../policy/principal.ts';
import { invalid, Problem } from '../problem.ts';
import { job } from '../queue/jobs.ts';
import { RecordStore, type StoreNeeds } from '../records/record-store.ts';
import { type BoardSum, BoardSums } from './board-sums.ts';
import {
  type Deal,
  type DealCreate,
  type DealDocument,
  type DealPatch,
  dealFilters,
  dealNoun,
  dealView,
} from './deal.ts';
import { type DealHealth, isAtRisk } from './health.ts';
import type { DealInsight } from './insight.ts';

type Tell = (...messages: Message[]) => void;
type PlacedCreate = Parameters<typeof dealNoun.make>[1];

export interface Place {
  stageId: string;
  /** The card directly above. */
  beforeId?: string | undefined;
  /** The card directly below. */
  afterId?: string | undefined;
}

export interface BoardColumn {
  stageId: string;
  count: number;
  /** One for each currency of its deals; weighted: each deal times its chance. */
  sums: (Money & { weightedCents: number })[];
  /** The first of them. */
  deals: Deal[];
  /** Of the rest, in the board's order; null where these are all. */
  nextCursor: string | null;
}

const cardsPerColumn = 30;

/** Deals in the database, and their places on the board. */
export class DealStore extends RecordStore<DealDocument, Deal, PlacedCreate, DealPatch> {
  readonly #pipelines: PipelineStore;
  readonly #sums = new BoardSums();

  constructor(needs: StoreNeeds & { pipelines: PipelineStore }) {
    super(dealNoun, needs);
    this.#pipelines = needs.pipelines;
  }

  /** Adds a deal at the top of its stage: the first of the default pipeline unless said otherwise. */
  override async createWithin(
    principal: Principal,
    given: DealCreate,
    options: { allowDuplicate?: boolean; session: ClientSession; tell: Tell },
  ): Promise<Deal> {
    const pipeline = await this.#pipelines
      .get(principal.orgId, given.pipelineId, options.session)
      .catch(unknownPipeline);
    const stage =
      given.stageId === undefined ? pipeline.stages.find(isOpen)! : stageOf(pipeline, given.stageId);
    if (!isOpen(stage)) throw invalid('#/stageId', 'stageId.closed', 'A new deal begins in an open stage.');
    const rank = await this.#rankIn(principal.orgId, { stageId: stage.id }, options.session);
    const currency = given.currency ?? (await orgCurrency(this.mongo, principal.orgId, options.session));
    const deal = await super.createWithin(
      principal,
      { ...given, currency, pipelineId: pipeline.id, stageId: stage.id, rank },
      options,
    );
    const { id: _id, ownerId, version } = deal;
    if (ownerId !== null)
      await notifyAssigned(
        this.mongo,
        principal,
        'deal',
        { _id, orgId: principal.orgId, ownerId, version },
        options,
      );
    return deal;
  }

  override async change(
    principal: Principal,
    before: DealDocument,
    patch: Partial<DealDocument>,
    options: { session: ClientSession; tell: Tell; action?: AuditAction },
  ): Promise<DealDocument> {
    const saved = await super.change(principal, before, patch, options);
    const { ownerId } = saved;
    if (ownerId !== null && ownerId !== before.ownerId)
      await notifyAssigned(this.mongo, principal, 'deal', { ...saved, ownerId }, options);
    return saved;
  }

  /** Puts a deal into a stage, between two cards. From the version that was seen: of two who move one card, one wins. */
  async move(principal: Principal, id: string, version: number, place: Place): Promise<Deal> {
    return this.#close(principal, id, version, async (before, pipeline, session) => {
      const stage = stageOf(pipeline, place.stageId);
      if (stage.type === 'lost')
        throw invalid('#/stageId', 'stageId.lost', 'Say why the deal is lost: use lose.');
      const rank = await this.#rankIn(principal.orgId, place, session, id);
      return {
        patch: { rank, ...entering(before, stage) },
        action: stage.type === 'won' ? 'deal.won' : 'deal.moved',
      };
    });
  }

  async win(principal: Principal, id: string, version: number): Promise<Deal> {
    return this.#close(principal, id, version, async (before, pipeline) => ({
      patch: entering(before, pipeline.stages.find(({ type }) => type === 'won')!),
      action: 'deal.won',
    }));
  }

  async lose(
    principal: Principal,
    id: string,
    version: number,
    { reason, note }: { reason: string; note: string | null },
  ): Promise<Deal> {
    return this.#close(principal, id, version, async (before, pipeline) => ({
      patch: {
        ...entering(before, pipeline.stages.find(({ type }) => type === 'lost')!),
        lostReason: reason,
        lostNote: note,
      },
      action: 'deal.lost',
    }));
  }

  /** Opens a closed deal again, in the last open stage it was in. */
  async reopen(principal: Principal, id: string, version: number): Promise<Deal> {
    return this.outbox.commit(async (session, tell) => {
      const before = await this.#seen(principal, id, version, session);
      if (before.status === 'open') throw new Problem('invalid-transition', { detail: 'This deal is open.' });
      const pipeline = await this.#pipelines.get(principal.orgId, before.pipelineId, session);
      const open = pipeline.stages.filter(isOpen);
      const last = before.stageHistory.findLast(({ stageId }) => open.some((stage) => stage.id === stageId));
      const stage = open.find(({ id }) => id === last?.stageId) ?? open[0]!;
      const rank = await this.#rankIn(principal.orgId, { stageId: stage.id }, session);
      const patch = { rank, ...entering(before, stage), lostReason: null, lostNote: null };
      return dealView(
        await this.change(principal, before, patch, { session, tell, action: 'deal.reopened' }),
      );
    });
  }

  /** The deal as it is stored, for the job that judges it; nothing when it is closed or gone. */
  async openDeal(orgId: string, id: string): Promise<DealDocument | null> {
    return (await this.collection.findOne({
      _id: id,
      orgId,
      status: 'open',
      deletedAt: null,
    })) as DealDocument | null;
  }

  /** Keeps a deal's health, unless the deal changed since it was read. Like a score, it is nobody's edit: no new version. */
  async saveHealth(deal: DealDocument, health: DealHealth): Promise<void> {
    await this.outbox.commit(async (session, tell) => {
      const unchanged = { _id: deal._id, version: deal.version };
      const { matchedCount } = await this.collection.updateOne(unchanged, { $set: { health } }, { session });
      const differs =
        deal.health?.value !== health.value || deal.health.winProbability !== health.winProbability;
      if (matchedCount === 0 || !differs) return;
      tell(...this.told({ userId: null }, deal, 'deal.predicted', ['health']));
      if (isAtRisk(health) && !(deal.health && isAtRisk(deal.health)))
        await this.#fellIntoRisk(deal, { session, tell });
    });
  }

  /** Tells whose it is, at most once a day. */
  async #fellIntoRisk(deal: DealDocument, within: { session: ClientSession; tell: Tell }): Promise<void> {
    const { _id, orgId, ownerId, isDemo } = deal;
    await notify(
      this.mongo,
      {
        orgId,
        kind: 'deal_at_risk',
        to: [ownerId],
        actorId: null,
        occasion: `deal_at_risk:${_id}:${new Date().toISOString().slice(0, 10)}`,
        record: { entity: 'deal', id: _id, ownerId, isDemo },
      },
      within,
    );
  }

  /** Keeps what AI makes of a deal, unless the deal changed since it was read. */
  async saveInsight(deal: DealDocument, insight: DealInsight): Promise<void> {
    await this.outbox.commit(async (session, tell) => {
      const unchanged = { _id: deal._id, version: deal.version };
      const { matchedCount } = await this.collection.updateOne(unchanged, { $set: { insight } }, { session });
      if (matchedCount > 0) tell(...this.told({ userId: null }, deal, 'deal.predicted', ['insight']));
    });
  }

  /** The board of a pipeline: each open stage with its count, sum, weighted sum and first cards. */
  async board(
    principal: Principal,
    pipelineId: string | undefined,
    filter: Record<string, unknown> | undefined,
    context: FilterContext,
  ) {
    const pipeline = await this.#pipelines.get(principal.orgId, pipelineId);
    const scope = {
      $and: [
        { ...this.scope(principal, 'read'), pipelineId: pipeline.id, status: 'open' },
        toMongoFilter(filter, dealFilters, context),
      ],
    } as AnyFilter;
    const stages = pipeline.stages.filter(isOpen);
    const cards = stages.map((stage) => ({
      filter: { $and: [{ stageId: stage.id }, scope] },
      sort: { rank: 1, _id: 1 } as const,
      limit: cardsPerColumn + 1,
    }));
    const changed = {
      filter: { orgId: principal.orgId },
      sort: { updatedAt: -1, _id: -1 } as const,
      limit: 1,
    };
    const found = await storedBytesOf(this.mongo, this.noun.collection, [...cards, changed]);
    const read = found.map((bytes) => this.rows.of(bytes));
    // The deal of the organisation that was changed last, whoever may see it and in the trash or not.
    const last = read.pop();
    const sums = await this.#sums.of(this.collection, last?.updatedAt, scope);
    const deals = Map.groupBy(read, ({ stageId }) => stageId);
    const columns: BoardColumn[] = stages.map((stage) => {
      const own = sums.filter(({ _id }) => _id.stageId === stage.id);
      return {
        stageId: stage.id,
        count: own.reduce((total, { count }) => total + count, 0),
        sums: byCurrency(own, stage.probability),
        ...firstOf(deals.get(stage.id) ?? []),
      };
    });
    return { pipeline, columns };
  }

  async #close(
    principal: Principal,
    id: string,
    version: number,
    decide: (
      before: DealDocument,
      pipeline: Pipeline,
      session: ClientSession,
    ) => Promise<{ patch: Partial<DealDocument>; action: AuditAction }>,
  ): Promise<Deal> {
    return this.outbox.commit(async (session, tell) => {
      const before = await this.#seen(principal, id, version, session);
      if (before.status !== 'open')
        throw new Problem('invalid-transition', { detail: 'This deal is closed. Reopen it first.' });
      const pipeline = await this.#pipelines.get(principal.orgId, before.pipelineId, session);
      const { patch, action } = await decide(before, pipeline, session);
      if (action === 'deal.won')
        tell({
          job: job('automations.dealWon', {
            orgId: before.orgId,
            dealId: before._id,
            actorId: principal.userId,
          }),
        });
      return dealView(await this.change(principal, before, patch, { session, tell, action }));
    });
  }

  async #seen(
    principal: Principal,
    id: string,
    version: number,
    session: ClientSession,
  ): Promise<DealDocument> {
    const before = await this.find(principal, 'write', id, session);
    if (before.version !== version) throw this.conflict(before);
    return before;
  }

  /**
   * A rank between the two cards named, of which one is enough; without any, the top. Moves into one stage wait for one
   * another, so that two cards never get the same rank.
   */
  async #rankIn(
    orgId: string,
    { stageId, beforeId, afterId }: Place,
    session: ClientSession,
    movingId?: string,
  ): Promise<string> {
    await guard(this.mongo, `rank:${orgId}:${stageId}`, session);
    const inStage = {
      orgId,
      stageId,
      status: 'open',
      deletedAt: null,
      ...(movingId !== undefined && { _id: { $ne: movingId } }),
    };
    const rankOf = async (id: string): Promise<string> => {
      const card = await this.collection.findOne({ $and: [inStage, { _id: id }] } as never, {
        session,
        projection: { rank: 1 },
      });
      if (!card)
        throw new Problem('conflict', {
          detail: 'The cards around the new place have moved meanwhile. Load the board again.',
        });
      return card.rank;
    };
    const nearest = async (condition: object, direction: 1 | -1): Promise<string | null> => {
      const card = await this.collection
        .find({ $and: [inStage, condition] } as never, { session })
        .sort({ rank: direction })
        .limit(1)
        .next();
      return card?.rank ?? null;
    };
    if (beforeId !== undefined) {
      const above = await rankOf(beforeId);
      return generateKeyBetween(above, await nearest({ rank: { $gt: above } }, 1));
    }
    if (afterId !== undefined) {
      const below = await rankOf(afterId);
      return generateKeyBetween(await nearest({ rank: { $lt: below } }, -1), below);
    }
    return generateKeyBetween(null, await nearest({}, 1));
  }
}

/** The first cards of a column, of one more than it shows, and where the rest begins. */
function firstOf(deals: Deal[]): Pick<BoardColumn, 'deals' | 'nextCursor'> {
  const shown = deals.slice(0, cardsPerColumn);
  const last = deals.length > shown.length ? shown.at(-1) : undefined;
  return {
    deals: shown,
    nextCursor: last ? cursorAfter(orderOf('rank'), { _id: last.id, rank: last.rank }) : null,
  };
}

/** What a stage's deals come to in each currency. */
function byCurrency(sums: readonly BoardSum[], chance: number): BoardColumn['sums'] {
  const currencies = [...new Set(sums.map(({ _id }) => _id.currency))].sort();
  return currencies.map((currency) => {
    const own = sums.filter(({ _id }) => _id.currency === currency);
    const weighted = own.reduce(
      (total, { _id, sum }) => total + (sum * (_id.probability ?? chance)) / 100,
      0,
    );
    return {
      currency,
      amountCents: own.reduce((total, { sum }) => total + sum, 0),
      weightedCents: Math.round(weighted),
    };
  });
}

/** What changes when a deal enters a stage; nothing when it is there already. */
function entering(before: DealDocument, stage: Stage): Partial<DealDocument> {
  if (before.stageId === stage.id) return {};
  const now = new Date();
  const left = before.stageHistory.map((visit) =>
    visit.exitedAt === null ? { ...visit, exitedAt: now.toISOString() } : visit,
  );
  return {
    stageId: stage.id,
    status: stage.type,
    stageEnteredAt: now,
    stageHistory: [...left, { stageId: stage.id, enteredAt: now.toISOString(), exitedAt: null }],
    closedAt: stage.type === 'open' ? null : now,
  };
}

function isOpen({ type, archived }: Stage): boolean {
  return type === 'open' && !archived;
}

function stageOf(pipeline: Pipeline, id: string): Stage {
  const stage = pipeline.stages.find((one) => one.id === id && !one.archived);
  if (!stage) throw invalid('#/stageId', 'stageId.unknown', 'This pipeline has no such stage.');
  return stage;
}

function unknownPipeline(error: unknown): never {
  if (error instanceof Problem && error.code === 'not-found')
    throw invalid('#/pipelineId', 'pipelineId.unknown', 'There is no such pipeline.');
  throw error;
}
