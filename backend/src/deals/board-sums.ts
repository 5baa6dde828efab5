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
 * change of one sets its `updatedAt`, and `changedAt` is the latest of them. Of two changes at the same moment the one
 * committed last may carry the earlier time, so sums are forgotten after 10 s in any case.
 */
export class BoardSums {
  readonly #known = new Map<
    string,
    { changedAt: string | undefined; at: number; sums: Promise<BoardSum[]> }
  >();

  async of(
    deals: Collection<DealDocument>,
    changedAt: string | undefined,
    scope: AnyFilter,
  ): Promise<BoardSum[]> {
    const key = JSON.stringify(scope, (_name, value) => (value instanceof RegExp ? String(value) : value));
    const known = this.#known.get(key);
    if (known && known.changedAt === changedAt && Date.now() - known.at < forgottenMs) return known.sums;
    if (this.#known.size >= mostKept) this.#known.clear();
    const sums = addUp(deals, scope);
    this.#known.set(key, { changedAt, at: Date.now(), sums });
    sums.catch(() => this.#known.delete(key));
    return sums;
  }
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
