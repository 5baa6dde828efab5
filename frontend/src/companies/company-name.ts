import { useQuery } from '@tanstack/react-query';
import { recordNameQuery } from '../records/record-name.ts';

/** A company's name; all that a screen shows are asked for together. Undefined until known, and where it is not visible. */
export function useCompanyName(id: string | null): string | undefined {
  const link = { entity: 'company', id: id ?? '' } as const;
  return useQuery({ ...recordNameQuery(link), enabled: id !== null }).data?.name;
}
