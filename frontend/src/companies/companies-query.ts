import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';

export type Company = Answer<'GET /companies/{id}'>;

export const companyById = (id: string) =>
  queryOptions({
    queryKey: ['company', id],
    queryFn: ({ signal }) => ask('GET /companies/{id}', { path: { id }, signal }),
  });

export const companiesQuery = (q: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['company', 'list', q ?? ''],
    queryFn: ({ pageParam, signal }) =>
      ask('GET /companies', { query: { q, sort: 'name', limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.page.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });
