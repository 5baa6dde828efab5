import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { translate } from '../i18n/i18n.ts';
import { showProblem } from '../ui/show-problem.ts';
import { offerUndo } from '../undo/offer-undo.tsx';
import { type Destination, moveCard, neighbours, placeOf } from './board.ts';
import type { BoardFilters } from './board-search.ts';
import { type BoardCard, type BoardData, boardQuery } from './deals-query.ts';

/**
 * Moves cards at once on screen and then on the server, and offers to undo it. When the server refuses (somebody else was
 * faster), the board goes back to what it was, says why, and is asked for again. `follow`: where a card goes back, it has
 * the focus.
 */
export function useMove(pipelineId: string, filters: BoardFilters, follow: (dealId: string) => void) {
  const queryClient = useQueryClient();
  const { queryKey } = boardQuery(pipelineId, filters);
  const [announcement, setAnnouncement] = useState('');

  const mutation = useMutation({
    mutationFn: ({ card, to, around }: Move) =>
      ask('POST /deals/{id}/move', {
        path: { id: card.id },
        version: card.version,
        body: { stageId: to.stageId, beforeId: around.above, afterId: around.below },
      }),
    onSuccess(deal, { to, back, before }) {
      queryClient.setQueryData<BoardData>(
        queryKey,
        (board) => board && withVersion(board, deal.id, deal.version),
      );
      queryClient.setQueryData(['deal', deal.id], deal);
      if (!back) return setAnnouncement(translate('pipeline.movedBack'));
      setAnnouncement('');
      const stage = before.columns.find((column) => column.stage.id === to.stageId)?.stage.name ?? '';
      offerUndo({
        about: 'deal-moved',
        message: translate('pipeline.moved', { title: deal.title, stage }),
        undo: () => {
          follow(deal.id);
          start(deal, back);
        },
      });
    },
    onError(error, { before }) {
      queryClient.setQueryData(queryKey, before);
      setAnnouncement(translate('pipeline.movedBack'));
      showProblem(error);
      void queryClient.invalidateQueries({ queryKey });
    },
  });

  /** `back`: where the move is undone to; one that undoes another has none. */
  const start = (card: BoardCard, to: Destination, back?: Destination) => {
    const before = queryClient.getQueryData<BoardData>(queryKey);
    if (!before) return;
    void queryClient.cancelQueries({ queryKey });
    const around = neighbours(before.columns, card.id, to);
    queryClient.setQueryData<BoardData>(queryKey, {
      ...before,
      columns: moveCard(before.columns, card.id, to),
    });
    mutation.mutate({ card, to, back, around, before });
  };
  const move = (card: BoardCard, to: Destination) => {
    const board = queryClient.getQueryData<BoardData>(queryKey);
    start(card, to, board && placeOf(board.columns, card.id));
  };
  return { move, announcement };
}

interface Move {
  card: BoardCard;
  to: Destination;
  back: Destination | undefined;
  around: { above?: string; below?: string };
  before: BoardData;
}

function withVersion(board: BoardData, dealId: string, version: number): BoardData {
  const update = (deal: BoardCard) => (deal.id === dealId ? { ...deal, version } : deal);
  return {
    ...board,
    columns: board.columns.map((column) => ({ ...column, deals: column.deals.map(update) })),
  };
}
