import { queryOptions } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';

export type Organisation = Answer<'GET /settings'>;

/** What an administrator decides for everybody. */
export const organisationQuery = queryOptions({
  queryKey: ['org'],
  queryFn: ({ signal }) => ask('GET /settings', { signal }),
});
