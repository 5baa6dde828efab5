import type { Collection } from 'mongodb';
import type { Currency } from '../fields/money.ts';
import type { AnyFilter } from '../mongo/document.ts';
import type { DealDocument } from './deal.ts';

/** How many deals of a stage and currency have a chance set by hand (or none, null), and what they come to. */
export interface BoardSum {
  readonly _id: { stageId: string; currency: Currency; probability: number | null };
  readonly count: number;
  readonly sum: number;
}

const forgottenMs = 10_000;
const mostKept = 500;

/**
 * Adds up the deals of a board, and gives the same sums again while no deal of the organisation has changed since: every
 * change of one sets its `updatedAt`. Of two changes at the same moment the one committed last may carry the earlier
 * time, so sums are forgotten after 10 s in any case.
 */
export class BoardSums {
  readonly #known = new Map<string, { changedAt: number; at: number; sums: Promise<BoardSum[]> }>();

  async of(deals: Collection<DealDocument>, orgId: string, scope: AnyFilter): Promise<BoardSum[]> {
    const key = JSON.stringify(scope, (_name, value) => (value instanceof RegExp ? String(value) : value));
    const changedAt = await lastChange(deals, orgId);
    const known = this.#known.get(key);
    if (known?.changedAt === changedAt && Date.now() - known.at < forgottenMs) return known.sums;
    if (this.#known.size >= mostKept) this.#known.clear();
    const sums = addUp(deals, scope);
    this.#known.set(key, { changedAt, at: Date.now(), sums });
    sums.catch(() => this.#known.delete(key));
    return sums;
  }
}

/** When a deal of the organisation last changed, those in the trash included. */
async function lastChange(deals: Collection<DealDocument>, orgId: string): Promise<number> {
  const last = await deals
    .find({ orgId }, { projection: { _id: 0, updatedAt: 1 } })
    .sort({ updatedAt: -1, _id: -1 })
    .limit(1)
    .next();
  return last?.updatedAt.getTime() ?? 0;
}

function addUp(deals: Collection<DealDocument>, scope: AnyFilter): Promise<BoardSum[]> {
  return deals
    .aggregate<BoardSum>([
      { $match: scope },
      {
        $group: {
          _id: { stageId: '$stageId', currency: '$currency', probability: '$probability' },
          count: { $sum: 1 },
          sum: { $sum: '$amountCents' },
        },
      },
    ])
    .toArray();
}
