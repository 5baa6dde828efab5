import { queryOptions, useQuery } from '@tanstack/react-query';
import { Batch } from '../api/batch.ts';
import { type Answer, ask } from '../api/request.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';

export type RecordName = Answer<'GET /records/names'>['data'][number];

/** All that a screen asks for at once goes as one question. */
const batch = new Batch<RecordLink, RecordName>(100, async (links) => {
  const of = links.map(textOf).join(',');
  const { data } = await ask('GET /records/names', { query: { of } });
  const byText = new Map(data.map((name) => [textOf(name), name]));
  return links.map((link) => byText.get(textOf(link)) ?? null);
});

const textOf = ({ entity, id }: RecordLink): string => `${entity}:${id}`;

/** What a record that is only known by its id is called; null where it is not visible. */
export const recordNameQuery = ({ entity, id }: RecordLink) =>
  queryOptions({
    queryKey: [entity, 'name', id],
    queryFn: () => batch.ask({ entity, id }),
    staleTime: 5 * 60_000,
  });

/** Undefined until known, null where the record is not visible. */
export function useRecordName(link: RecordLink): RecordName | null | undefined {
  return useQuery(recordNameQuery(link)).data;
}
