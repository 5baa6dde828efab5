import type { Currency, Money } from '../money/money.ts';

/** As much of a deal as the board moves. */
export interface BoardDeal extends Money {
  id: string;
  stageId: string;
  /** Set by hand; the stage's otherwise. */
  probability: number | null;
}

/** What deals of one currency come to; weighted: each times its chance. */
export interface BoardSum extends Money {
  weightedCents: number;
}

/** One stage with its first cards; `count` and sums are of all its deals, also those not loaded. */
export interface BoardColumn<Deal extends BoardDeal> {
  stage: { id: string; name: string; probability: number };
  count: number;
  sums: BoardSum[];
  deals: Deal[];
  /** Where the cards that are not loaded begin; null where all are. */
  nextCursor: string | null;
}

/** Where a card goes: a stage, and the card that it then stands before (none: last). */
export interface Destination {
  stageId: string;
  beforeId: string | null;
}

/** The board with one card moved, and the counts and sums of both stages as they will be. */
export function moveCard<Deal extends BoardDeal, Column extends BoardColumn<Deal>>(
  columns: Column[],
  dealId: string,
  { stageId, beforeId }: Destination,
): Column[] {
  const deal = columns.flatMap((column) => column.deals).find(({ id }) => id === dealId);
  if (!deal) return columns;
  return columns.map((column) => {
    const leaves = column.stage.id === deal.stageId;
    const arrives = column.stage.id === stageId;
    if (!leaves && !arrives) return column;
    const rest = column.deals.filter(({ id }) => id !== dealId);
    const place = beforeId === null ? rest.length : rest.findIndex(({ id }) => id === beforeId);
    const deals = arrives ? rest.toSpliced(place < 0 ? rest.length : place, 0, { ...deal, stageId }) : rest;
    const change = Number(arrives) - Number(leaves);
    return {
      ...column,
      deals,
      count: column.count + change,
      sums: change === 0 ? column.sums : withDeal(column.sums, deal, change, column.stage.probability),
    };
  });
}

/** Sums with a deal more (1) or less (-1), in its own currency. */
function withDeal(sums: BoardSum[], deal: BoardDeal, change: number, chance: number): BoardSum[] {
  const none = (currency: Currency): BoardSum => ({ currency, amountCents: 0, weightedCents: 0 });
  const known = sums.some(({ currency }) => currency === deal.currency);
  return (known ? sums : [...sums, none(deal.currency)]).map((sum) =>
    sum.currency === deal.currency
      ? {
          ...sum,
          amountCents: sum.amountCents + change * deal.amountCents,
          weightedCents:
            sum.weightedCents + Math.round((change * deal.amountCents * (deal.probability ?? chance)) / 100),
        }
      : sum,
  );
}

/** A column with more of its cards; one that came before, as it was moved meanwhile, stands where it stood. */
export function withMore<Deal extends BoardDeal, Column extends BoardColumn<Deal>>(
  column: Column,
  more: Deal[],
  nextCursor: string | null,
): Column {
  const known = new Set(column.deals.map(({ id }) => id));
  return { ...column, deals: [...column.deals, ...more.filter(({ id }) => !known.has(id))], nextCursor };
}

/** A column with so many cards at least, or all that it has. */
export async function filledTo<Column extends BoardColumn<BoardDeal>>(
  wanted: number,
  column: Column,
  next: (column: Column) => Promise<Column>,
): Promise<Column> {
  let filled = column;
  while (filled.nextCursor !== null && filled.deals.length < wanted) filled = await next(filled);
  return filled;
}

/** Where a card is, as a destination to bring it back to. */
export function placeOf<Deal extends BoardDeal>(
  columns: BoardColumn<Deal>[],
  dealId: string,
): Destination | undefined {
  const column = columns.find(({ deals }) => deals.some(({ id }) => id === dealId));
  if (!column) return undefined;
  const at = column.deals.findIndex(({ id }) => id === dealId);
  return { stageId: column.stage.id, beforeId: column.deals[at + 1]?.id ?? null };
}

/** The cards directly above and below a destination, which say the place to the API. */
export function neighbours<Deal extends BoardDeal>(
  columns: BoardColumn<Deal>[],
  dealId: string,
  { stageId, beforeId }: Destination,
): { above?: string; below?: string } {
  const cards =
    columns.find(({ stage }) => stage.id === stageId)?.deals.filter(({ id }) => id !== dealId) ?? [];
  const place = beforeId === null ? cards.length : cards.findIndex(({ id }) => id === beforeId);
  const at = place < 0 ? cards.length : place;
  return { above: cards[at - 1]?.id, below: cards[at]?.id };
}

export type Step = 'left' | 'right' | 'up' | 'down';

/** Where a card goes by keyboard: one stage to the side (to its top), or one place up or down; nowhere at an edge. */
export function step<Deal extends BoardDeal>(
  columns: BoardColumn<Deal>[],
  dealId: string,
  direction: Step,
): Destination | undefined {
  const from = columns.findIndex(({ deals }) => deals.some(({ id }) => id === dealId));
  if (from < 0) return undefined;
  const { stage, deals } = columns[from]!;
  const place = deals.findIndex(({ id }) => id === dealId);
  switch (direction) {
    case 'left':
    case 'right': {
      const to = columns[from + (direction === 'left' ? -1 : 1)];
      return to && { stageId: to.stage.id, beforeId: to.deals[0]?.id ?? null };
    }
    case 'up':
      return place > 0 ? { stageId: stage.id, beforeId: deals[place - 1]!.id } : undefined;
    case 'down':
      return place < deals.length - 1
        ? { stageId: stage.id, beforeId: deals[place + 2]?.id ?? null }
        : undefined;
  }
}

/** The stage in which a new deal begins, of those in which it may: the one that was asked for, where it is one of them. */
export function stageToBeginIn<Stage extends { id: string; type: string; archived: boolean }>(
  stages: readonly Stage[],
  asked: string | undefined,
): { choices: Stage[]; first: string } {
  const choices = stages.filter(({ type, archived }) => type === 'open' && !archived);
  const first = choices.find(({ id }) => id === asked) ?? choices[0];
  return { choices, first: first?.id ?? '' };
}
