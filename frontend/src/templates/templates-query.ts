import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';

/** Templates by filter, page by page. */
export const templatesQuery = (query: Record<string, string | number | undefined>) =>
  infiniteQueryOptions({
    queryKey: ['template', 'list', query],
    queryFn: ({ pageParam, signal }) =>
      ask('GET /templates', { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.page.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });

export const templateById = (id: string) =>
  queryOptions({
    queryKey: ['template', id],
    queryFn: ({ signal }) => ask('GET /templates/{id}', { path: { id }, signal }),
  });

/** What a text says about records, before it is saved. What it said until now stays while the next is asked for. */
export const previewQuery = (text: { subject: string; body: string; links: RecordLink[] }) =>
  queryOptions({
    queryKey: ['preview', 'template', text],
    queryFn: ({ signal }) => ask('POST /templates/preview', { body: text, signal }),
    placeholderData: (previous) => previous,
    retry: false,
  });
