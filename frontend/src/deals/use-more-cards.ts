import { useMutation, useQueryClient } from '@tanstack/react-query';
import { showProblem } from '../ui/show-problem.ts';
import type { BoardFilters } from './board-search.ts';
import { type BoardData, boardQuery, nextCards } from './deals-query.ts';

/** Loads the next cards of a stage, by its id. */
export function useMoreCards(pipelineId: string, filters: BoardFilters) {
  const queryClient = useQueryClient();
  const { queryKey } = boardQuery(pipelineId, filters);
  const columnOf = (stageId: string) =>
    queryClient.getQueryData<BoardData>(queryKey)?.columns.find(({ stage }) => stage.id === stageId);
  return useMutation({
    mutationFn: async (stageId: string) => {
      const column = columnOf(stageId);
      return column && nextCards(pipelineId, filters, column);
    },
    onSuccess(more, stageId) {
      if (!more) return;
      queryClient.setQueryData<BoardData>(
        queryKey,
        (board) =>
          board && {
            columns: board.columns.map((column) => (column.stage.id === stageId ? more : column)),
          },
      );
    },
    onError: showProblem,
  });
}
