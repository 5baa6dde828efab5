import { infiniteQueryOptions } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';

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
