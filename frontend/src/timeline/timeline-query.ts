import { infiniteQueryOptions } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';

export type Activity = Answer<'GET /timeline'>['data'][number];
export type ActivityKind = Activity['kind'];
export type LinkEntity = 'lead' | 'contact' | 'company' | 'deal';

/** A record that something belongs to. */
export interface RecordLink {
  entity: LinkEntity;
  id: string;
}

/** What happened with a record, newest first. */
export const timelineQuery = (link: RecordLink, kinds: ActivityKind[]) =>
  infiniteQueryOptions({
    queryKey: ['activity', 'timeline', `${link.entity}:${link.id}`, kinds],
    queryFn: ({ pageParam, signal }) =>
      ask('GET /timeline', {
        query: { link: `${link.entity}:${link.id}`, kinds: kinds.join(',') || undefined, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.page.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });
