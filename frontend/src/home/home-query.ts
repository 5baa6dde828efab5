import { queryOptions } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { monthOf } from './month.ts';

/** What the person should look at today. */
export const todayQuery = queryOptions({
  queryKey: ['dashboard', 'today'],
  queryFn: ({ signal }) => ask('GET /dashboard/today', { signal }),
});

/** The numbers of the month that a time zone is in. */
export const monthQuery = (timezone: string, now = new Date()) => {
  const month = monthOf(timezone, now);
  return queryOptions({
    queryKey: ['dashboard', 'summary', month],
    queryFn: ({ signal }) => ask('GET /dashboard/summary', { query: { ...month }, signal }),
  });
};
