import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { showProblem } from '../ui/show-problem.ts';
import { type Destination, moveCard, neighbours } from './board.ts';
import type { BoardFilters } from './board-search.ts';
import { type BoardCard, type BoardData, boardQuery } from './deals-query.ts';

/**
 * Moves cards at once on screen and then on the server. When that refuses (somebody else was faster), the board goes back
 * to what it was, says why, and is asked for again.
 */
export function useMove(pipelineId: string, filters: BoardFilters) {
  const { t } = useText();
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
    onSuccess(deal) {
      queryClient.setQueryData<BoardData>(
        queryKey,
        (board) => board && withVersion(board, deal.id, deal.version),
      );
      queryClient.setQueryData(['deal', deal.id], deal);
    },
    onError(error, { before }) {
      queryClient.setQueryData(queryKey, before);
      setAnnouncement(t('pipeline.movedBack'));
      showProblem(error);
      void queryClient.invalidateQueries({ queryKey });
    },
  });

  const move = (card: BoardCard, to: Destination) => {
    const before = queryClient.getQueryData<BoardData>(queryKey);
    if (!before) return;
    void queryClient.cancelQueries({ queryKey });
    const around = neighbours(before.columns, card.id, to);
    queryClient.setQueryData<BoardData>(queryKey, {
      ...before,
      columns: moveCard(before.columns, card.id, to),
    });
    const stage = before.columns.find((column) => column.stage.id === to.stageId)?.stage.name ?? '';
    setAnnouncement(t('pipeline.moved', { title: card.title, stage }));
    mutation.mutate({ card, to, around, before });
  };
  return { move, announcement };
}

interface Move {
  card: BoardCard;
  to: Destination;
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
