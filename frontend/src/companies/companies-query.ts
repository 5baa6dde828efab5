import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';

export type Company = Answer<'GET /companies/{id}'>;

export const companyById = (id: string) =>
  queryOptions({
    queryKey: ['company', id],
    queryFn: ({ signal }) => ask('GET /companies/{id}', { path: { id }, signal }),
  });

/** Companies by filter, page by page. */
export const companiesQuery = (query: Record<string, string | number | undefined>) =>
  infiniteQueryOptions({
    queryKey: ['company', 'list', query],
    queryFn: ({ pageParam, signal }) =>
      ask('GET /companies', { query: { limit: 50, ...query, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.page.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });
