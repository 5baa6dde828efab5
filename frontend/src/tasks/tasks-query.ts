import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';

export type Task = Answer<'GET /tasks'>['data'][number];
export const taskKinds = [
  'call',
  'email',
  'whatsapp',
  'meeting',
  'follow_up',
  'other',
] as const satisfies Task['kind'][];
export const taskPriorities = ['low', 'normal', 'high'] as const satisfies Task['priority'][];
export const taskStatuses = ['open', 'done', 'cancelled'] as const satisfies Task['status'][];

export const taskById = (id: string) =>
  queryOptions({
    queryKey: ['task', id],
    queryFn: ({ signal }) => ask('GET /tasks/{id}', { path: { id }, signal }),
  });

/** Tasks by filter, the earliest due first. */
export const tasksQuery = (query: Record<string, string | number | undefined>) =>
  infiniteQueryOptions({
    queryKey: ['task', 'list', query],
    queryFn: ({ pageParam, signal }) =>
      ask('GET /tasks', { query: { sort: 'dueAt', limit: 50, ...query, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.page.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });

/** What is still to be done with a record. */
export const openTasksOf = ({ entity, id }: RecordLink) =>
  tasksQuery({ 'filter[link]': `${entity}:${id}`, 'filter[status]': 'open', limit: 20 });
