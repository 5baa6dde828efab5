import { infiniteQueryOptions } from '@tanstack/react-query';
import { request } from '../api/request.ts';
import type { Lead, Page } from './lead.ts';
import { type LeadSearch, leadQuery } from './lead-search.ts';

/** The leads that a search finds, page by page. */
export const leadsQuery = (search: LeadSearch) =>
  infiniteQueryOptions({
    queryKey: ['lead', 'list', leadQuery(search)],
    queryFn: ({ pageParam, signal }) =>
      request<Page<Lead>>('GET', '/leads', { query: leadQuery(search, pageParam), signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.page.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });
