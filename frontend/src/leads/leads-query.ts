import { infiniteQueryOptions } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { type LeadSearch, leadList } from './lead-search.ts';

/** The leads that a search finds, page by page. */
export const leadsQuery = (search: LeadSearch) =>
  infiniteQueryOptions({
    queryKey: ['lead', 'list', leadList.query(search)],
    queryFn: ({ pageParam, signal }) =>
      ask('GET /leads', { query: leadList.query(search, pageParam), signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.page.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });
