import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';
import { filterQuery } from '../filters/filter.ts';
import { type BoardColumn, filledTo, withMore } from './board.ts';
import type { BoardFilters } from './board-search.ts';
import { dealFilters } from './deal-search.ts';

export type Deal = Answer<'GET /deals/{id}'>;
export type Pipeline = Answer<'GET /pipelines'>['data'][number];
export type Stage = Pipeline['stages'][number];
export type BoardCard = Deal;

/** The board with each column's stage in it. */
export interface BoardData {
  columns: (BoardColumn<Deal> & { stage: Stage })[];
}

export const pipelinesQuery = queryOptions({
  queryKey: ['pipeline', 'list'],
  queryFn: async ({ signal }) => (await ask('GET /pipelines', { signal })).data,
  staleTime: 10 * 60_000,
});

const cardsPerPage = 50;

/**
 * The open deals of a pipeline by stage. The API gives the first cards of each; of a stage of which more were loaded, as
 * many are asked for again, so that a column does not shrink under whoever reads it.
 */
export const boardQuery = (pipelineId: string, filters: BoardFilters = {}) =>
  queryOptions({
    queryKey: ['deal', 'board', pipelineId, filters],
    queryFn: async ({ signal, client, queryKey }): Promise<BoardData> => {
      const query = { pipelineId, ...filterQuery(dealFilters, filters) };
      const board = await ask('GET /deals/board', { query, signal });
      const shown = client.getQueryData<BoardData>(queryKey);
      const columns = board.columns.flatMap((column) => withStage(column, board.pipeline.stages));
      return {
        columns: await Promise.all(
          columns.map((column) => {
            const wanted =
              shown?.columns.find(({ stage }) => stage.id === column.stage.id)?.deals.length ?? 0;
            return filledTo(wanted, column, (one) => nextCards(pipelineId, filters, one, signal));
          }),
        ),
      };
    },
  });

/** A column with its next cards. */
export async function nextCards(
  pipelineId: string,
  filters: BoardFilters,
  column: BoardData['columns'][number],
  signal?: AbortSignal,
): Promise<BoardData['columns'][number]> {
  const page = await ask('GET /deals', {
    query: {
      ...filterQuery(dealFilters, filters),
      'filter[pipelineId]': pipelineId,
      'filter[stageId]': column.stage.id,
      'filter[status]': 'open',
      sort: 'rank',
      limit: cardsPerPage,
      cursor: column.nextCursor ?? undefined,
    },
    signal,
  });
  return withMore(column, page.data, page.page.nextCursor);
}

/** Nothing for a column whose stage is not an open one: won and lost are the board's ends. */
function withStage<Column extends { stageId: string }>({ stageId, ...column }: Column, stages: Stage[]) {
  const stage = stages.find(({ id, type }) => id === stageId && type === 'open');
  return stage ? [{ ...column, stage }] : [];
}

export const dealById = (id: string) =>
  queryOptions({
    queryKey: ['deal', id],
    queryFn: ({ signal }) => ask('GET /deals/{id}', { path: { id }, signal }),
  });

/** Deals by filter, such as those of one company. */
export const dealsQuery = (query: Record<string, string | number | undefined>) =>
  infiniteQueryOptions({
    queryKey: ['deal', 'list', query],
    queryFn: ({ pageParam, signal }) => ask('GET /deals', { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.page.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });
