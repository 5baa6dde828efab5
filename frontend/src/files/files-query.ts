import { infiniteQueryOptions } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';

export type StoredFile = Answer<'GET /files'>['data'][number];

/** The files of a record, newest first; or those that were deleted and can still be restored. */
export const filesQuery = ({ entity, id }: RecordLink, deleted = false) =>
  infiniteQueryOptions({
    queryKey: ['file', `${entity}:${id}`, deleted],
    queryFn: ({ pageParam, signal }) =>
      ask('GET /files', { query: { link: `${entity}:${id}`, deleted, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.page.nextCursor ?? undefined,
  });
