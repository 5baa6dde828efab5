import { queryOptions } from '@tanstack/react-query';
import { ask } from '../api/request.ts';

/** One lead. */
export const leadById = (id: string) =>
  queryOptions({
    queryKey: ['lead', id],
    queryFn: ({ signal }) => ask('GET /leads/{id}', { path: { id }, signal }),
  });
