import { queryOptions } from '@tanstack/react-query';
import { ask } from '../api/request.ts';

/** By which ways one gets in: Google, and whether a link for a new password can be sent. */
export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: ({ signal }) => ask('GET /auth/providers', { signal }),
});
