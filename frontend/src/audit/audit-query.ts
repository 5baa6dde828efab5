import { infiniteQueryOptions } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';
import { filterQuery } from '../filters/filter.ts';
import { type AuditSearch, auditFilters } from './audit-search.ts';

export type AuditEntry = Answer<'GET /audit'>['data'][number];

/** The audit log, the newest first. */
export const auditQuery = (search: AuditSearch) =>
  infiniteQueryOptions({
    queryKey: ['audit', 'list', search],
    queryFn: ({ pageParam, signal }) =>
      ask('GET /audit', {
        query: { ...filterQuery(auditFilters, search), limit: 50, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.page.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });
