import { queryOptions } from '@tanstack/react-query';
import { ask } from '../api/request.ts';

/** Which version serves, and which of the services it can use are configured. */
export const serverQuery = queryOptions({
  queryKey: ['server'],
  queryFn: ({ signal }) => ask('GET /health', { signal }),
  staleTime: 5 * 60_000,
});
