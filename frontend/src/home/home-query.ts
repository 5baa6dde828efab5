import { queryOptions } from '@tanstack/react-query';
import { queryClient } from '../api/query-client.ts';
import { ask } from '../api/request.ts';
import { boardQuery, pipelinesQuery } from '../deals/deals-query.ts';

const day = 86_400_000;

/** My open tasks up to the end of today, the longest overdue first. */
export const dueTasks = (now = new Date()) => {
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).toISOString();
  return queryOptions({
    queryKey: ['task', 'list', 'home', tomorrow],
    queryFn: ({ signal }) =>
      ask('GET /tasks', {
        query: {
          'filter[status]': 'open',
          'filter[assigneeId]': '@me',
          'filter[dueAt][lte]': tomorrow,
          sort: 'dueAt',
          limit: 8,
        },
        signal,
      }),
  });
};

/** Hot leads that are still new. */
export const hotLeads = queryOptions({
  queryKey: ['lead', 'list', 'home'],
  queryFn: ({ signal }) =>
    ask('GET /leads', {
      query: { 'filter[status]': 'new', 'filter[score.class]': 'hot', sort: '-score.value', limit: 6 },
      signal,
    }),
});

/** Open deals that nobody has planned anything for. */
export const dealsWithoutStep = queryOptions({
  queryKey: ['deal', 'list', 'home'],
  queryFn: ({ signal }) =>
    ask('GET /deals', {
      query: {
        'filter[status]': 'open',
        'filter[nextFollowUpAt][exists]': 'false',
        sort: '-amountCents',
        limit: 6,
      },
      signal,
    }),
});

/** How many leads came in the last seven days. */
export const newLeads = (now = new Date()) => {
  const since = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime() - 7 * day;
  return queryOptions({
    queryKey: ['lead', 'list', 'week', since],
    queryFn: ({ signal }) =>
      ask('GET /leads', {
        query: { 'filter[createdAt][gte]': new Date(since).toISOString(), limit: 100 },
        signal,
      }),
  });
};

/** How many deals were won since the first of the month. */
export const wonThisMonth = (now = new Date()) => {
  const since = new Date(now.getFullYear(), now.getMonth(), 1).toISOString();
  return queryOptions({
    queryKey: ['deal', 'list', 'won', since],
    queryFn: ({ signal }) =>
      ask('GET /deals', {
        query: { 'filter[status]': 'won', 'filter[closedAt][gte]': since, limit: 100 },
        signal,
      }),
  });
};

/** What is open in the default pipeline, whole and weighted by probability, in cents. */
export const openPipeline = queryOptions({
  queryKey: ['deal', 'board', 'sum'],
  queryFn: async () => {
    const pipelines = await queryClient.ensureQueryData(pipelinesQuery);
    const pipeline = pipelines.find(({ isDefault }) => isDefault) ?? pipelines[0];
    if (!pipeline) return { sumCents: 0, weightedCents: 0 };
    const { columns } = await queryClient.fetchQuery(boardQuery(pipeline.id));
    return {
      sumCents: columns.reduce((sum, column) => sum + column.sumCents, 0),
      weightedCents: columns.reduce((sum, column) => sum + column.weightedCents, 0),
    };
  },
});
