import { monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { useEffect, useState } from 'react';
import { useText } from '../i18n/i18n.ts';
import classes from './board.module.css';
import type { Destination } from './board.ts';
import { BoardColumn } from './board-column.tsx';
import type { BoardFilters } from './board-search.ts';
import type { BoardCard, BoardData } from './deals-query.ts';
import { destinationOf } from './drop.ts';
import { EndZones } from './end-zones.tsx';
import { LoseDialog } from './lose-dialog.tsx';
import { useBoardKeys } from './use-board-keys.ts';
import { useFocusMoved } from './use-focus-moved.ts';
import { useMoreCards } from './use-more-cards.ts';
import { useMove } from './use-move.ts';
import { useOutcome } from './use-outcome.ts';

interface Props {
  pipelineId: string;
  filters: BoardFilters;
  board: BoardData;
  onCreate(stageId: string): void;
}

/** The columns, and what a dragged card or a pressed key does to them. */
export function Board({ pipelineId, filters, board, onCreate }: Props) {
  const { t } = useText();
  const [dragging, setDragging] = useState<string>();
  const [losing, setLosing] = useState<BoardCard>();
  const follow = useFocusMoved(board);
  const { move, announcement } = useMove(pipelineId, filters, follow);
  const more = useMoreCards(pipelineId, filters);
  const outcome = useOutcome();
  const cardOf = (id: string) =>
    board.columns.flatMap((column) => column.deals).find((deal) => deal.id === id);

  const drop = (dealId: string, to: Destination | 'won' | 'lost') => {
    const card = cardOf(dealId);
    if (!card) return;
    if (to === 'won') outcome.win.mutate(card);
    else if (to === 'lost') setLosing(card);
    else move(card, to);
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the monitor must see the board as it is when a card drops
  useEffect(
    () =>
      monitorForElements({
        onDragStart: ({ source }) => setDragging(String(source.data.dealId)),
        onDrop({ source, location }) {
          setDragging(undefined);
          const to = destinationOf(location.current);
          if (to) drop(String(source.data.dealId), to);
        },
      }),
    [board, pipelineId],
  );
  const onKeyDown = useBoardKeys(board, (card, to) => {
    follow(card.id);
    move(card, to);
  });

  return (
    <>
      <section className={classes.board} aria-label={t('pipeline.title')} onKeyDown={onKeyDown}>
        {board.columns.map((column) => (
          <BoardColumn
            key={column.stage.id}
            column={column}
            stages={board.columns.map(({ stage }) => stage)}
            onCreate={() => onCreate(column.stage.id)}
            onMove={move}
            onWin={(card) => outcome.win.mutate(card)}
            onLose={setLosing}
            onMore={() => more.mutate(column.stage.id)}
            loadingMore={more.isPending && more.variables === column.stage.id}
          />
        ))}
      </section>
      <EndZones shown={dragging !== undefined} />
      <LoseDialog deal={losing} onClose={() => setLosing(undefined)} />
      <div role="status" className="visually-hidden">
        {announcement}
      </div>
    </>
  );
}
