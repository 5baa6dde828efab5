import { useEffect, useRef } from 'react';
import type { BoardData } from './deals-query.ts';

/** A card that moves is another element in its new column. The function given here lets the focus go with it. */
export function useFocusMoved(board: BoardData): (dealId: string) => void {
  const moved = useRef<string>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the card is in its new place once the board has changed
  useEffect(() => {
    focusCard(moved.current);
    moved.current = undefined;
  }, [board]);
  return (dealId) => {
    moved.current = dealId;
  };
}

export function focusCard(dealId: string | undefined): void {
  if (dealId) document.querySelector<HTMLElement>(`[data-deal="${CSS.escape(dealId)}"]`)?.focus();
}
