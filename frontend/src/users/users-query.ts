import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Answer, ask } from '../api/request.ts';

export type User = Answer<'GET /users'>['data'][number];

/** The people of the organisation, as everybody in it may know them. */
export const usersQuery = queryOptions({
  queryKey: ['user', 'list'],
  queryFn: async ({ signal }) => (await ask('GET /users', { signal })).data,
  staleTime: 5 * 60_000,
});

/** Names by id, and the choices of a field that holds a person. */
export function useUsers() {
  const { data } = useQuery(usersQuery);
  return useMemo(() => {
    const names = new Map(data?.map(({ id, name }) => [id, name]));
    return {
      nameOf: (id: string) => names.get(id) ?? '…',
      options: (data ?? [])
        .filter(({ status }) => status === 'active')
        .map(({ id, name }) => ({ value: id, label: name })),
    };
  }, [data]);
}
