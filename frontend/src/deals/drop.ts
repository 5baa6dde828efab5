import type { DragLocation } from '@atlaskit/pragmatic-drag-and-drop/types';
import type { Destination } from './board.ts';

/** Where a card was let go: before or after the card below the pointer, at a column's end, or on an end of the pipeline. */
export function destinationOf({
  dropTargets,
  input,
}: DragLocation): Destination | 'won' | 'lost' | undefined {
  const [target] = dropTargets;
  if (!target) return undefined;
  const { data, element } = target;
  if (data.end === 'won' || data.end === 'lost') return data.end;
  if (typeof data.stageId !== 'string') return undefined;
  if (typeof data.dealId !== 'string') return { stageId: data.stageId, beforeId: null };
  const { top, height } = element.getBoundingClientRect();
  const upper = input.clientY < top + height / 2;
  const next = typeof data.nextId === 'string' ? data.nextId : null;
  return { stageId: data.stageId, beforeId: upper ? data.dealId : next };
}
