import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { companyById } from './companies-query.ts';

const recent = {
  queryKey: ['company', 'recent'],
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    const { data } = await ask('GET /companies', { query: { limit: 100, sort: '-updatedAt' }, signal });
    return new Map(data.map(({ id, name }) => [id, name]));
  },
  staleTime: 5 * 60_000,
};

/** A company's name. Most come with one question for the hundred used last; only others are asked for singly. */
export function useCompanyName(id: string | null): string | undefined {
  const names = useQuery({ ...recent, enabled: id !== null });
  const known = id === null ? undefined : names.data?.get(id);
  const single = useQuery({
    ...companyById(id ?? ''),
    enabled: id !== null && names.isSuccess && known === undefined,
    staleTime: 5 * 60_000,
  });
  return known ?? single.data?.name;
}
