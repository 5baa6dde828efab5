import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';
import type { BoardColumn } from './board.ts';

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

/** The open deals of a pipeline by stage. */
export const boardQuery = (pipelineId: string) =>
  queryOptions({
    queryKey: ['deal', 'board', pipelineId],
    queryFn: async ({ signal }): Promise<BoardData> => {
      const board = await ask('GET /deals/board', { query: { pipelineId }, signal });
      return { columns: board.columns.flatMap((column) => withStage(column, board.pipeline.stages)) };
    },
  });

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
