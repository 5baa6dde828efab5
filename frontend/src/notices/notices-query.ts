import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';
import { showProblem } from '../ui/show-problem.ts';

export type Notice = Answer<'GET /notifications'>['data'][number];
export type NoticeKind = Notice['kind'];

/** One's own notices, newest first; the first page knows how many are unread. */
export const noticesQuery = infiniteQueryOptions({
  queryKey: ['notification', 'list'],
  queryFn: ({ pageParam, signal }) =>
    ask('GET /notifications', { query: { limit: 25, cursor: pageParam }, signal }),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.page.nextCursor ?? undefined,
});

/** Marks notices as read: those with the ids, or all. */
export function useRead() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (ids: readonly string[] | 'all') =>
      ids === 'all'
        ? ask('POST /notifications/read-all')
        : ask('POST /notifications/read', { body: { ids: [...ids] } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['notification'] }),
    onError: showProblem,
  });
}
