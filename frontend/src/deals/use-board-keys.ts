import type { KeyboardEvent } from 'react';
import { type Destination, type Step, step } from './board.ts';
import type { BoardCard, BoardData } from './deals-query.ts';
import { focusCard } from './use-focus-moved.ts';

const directions: Record<string, Step> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/** Arrows go from card to card; with Shift they move the card; M opens its menu. */
export function useBoardKeys(board: BoardData, move: (card: BoardCard, to: Destination) => void) {
  return (event: KeyboardEvent<HTMLElement>) => {
    const link = (event.target as HTMLElement).closest<HTMLElement>('[data-deal]');
    const dealId = link?.dataset.deal;
    if (!link || !dealId) return;
    if (event.key.toLowerCase() === 'm' && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      link.parentElement?.querySelector<HTMLElement>('[data-card-menu]')?.click();
      return;
    }
    const direction = directions[event.key];
    if (!direction) return;
    event.preventDefault();
    if (!event.shiftKey) return focusCard(neighbour(board, dealId, direction));
    const card = board.columns.flatMap((column) => column.deals).find((deal) => deal.id === dealId);
    const to = step(board.columns, dealId, direction);
    if (!card || !to) return;
    move(card, to);
  };
}

/** The card next to one; sideways the same place in the nearest stage that has cards. */
function neighbour({ columns }: BoardData, dealId: string, direction: Step): string | undefined {
  const at = columns.findIndex(({ deals }) => deals.some(({ id }) => id === dealId));
  const place = columns[at]?.deals.findIndex(({ id }) => id === dealId) ?? 0;
  if (direction === 'up') return columns[at]?.deals[place - 1]?.id;
  if (direction === 'down') return columns[at]?.deals[place + 1]?.id;
  const side = direction === 'left' ? columns.slice(0, at).reverse() : columns.slice(at + 1);
  const column = side.find(({ deals }) => deals.length > 0);
  return column?.deals[Math.min(place, column.deals.length - 1)]?.id;
}
