import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';

export type Email = Answer<'GET /emails'>['data'][number];
export type EmailStatus = Email['status'];

/** What each tab of the screen shows, in its order. */
export const folders = {
  drafts: { statuses: ['draft', 'cancelled'], sort: '-updatedAt' },
  scheduled: { statuses: ['scheduled'], sort: 'scheduledAt' },
  sent: { statuses: ['queued', 'sending', 'sent'], sort: '-updatedAt' },
  failed: { statuses: ['failed', 'bounced'], sort: '-updatedAt' },
} as const satisfies Record<string, { statuses: EmailStatus[]; sort: string }>;
export type Folder = keyof typeof folders;
export const folderNames = Object.keys(folders) as Folder[];

export const emailsQuery = (folder: Folder) =>
  infiniteQueryOptions({
    queryKey: ['email', 'list', folder],
    queryFn: ({ pageParam, signal }) =>
      ask('GET /emails', {
        query: {
          'filter[status]': folders[folder].statuses.join(','),
          sort: folders[folder].sort,
          limit: 25,
          cursor: pageParam,
        },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.page.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });

/** One letter; `not-found` for whoever may not read it. */
export const emailQuery = (id: string) =>
  queryOptions({
    queryKey: ['email', id],
    queryFn: ({ signal }) => ask('GET /emails/{id}', { path: { id }, signal }),
    retry: false,
  });

/** The letter about a record that somebody began and did not send. It is asked for once: from then on the form knows better. */
export const draftQuery = (link: RecordLink) =>
  queryOptions({
    queryKey: ['draft', `${link.entity}:${link.id}`],
    queryFn: async ({ signal }) => {
      const query = {
        'filter[status]': 'draft',
        'filter[ownerId]': '@me',
        'filter[link]': `${link.entity}:${link.id}`,
        limit: 1,
      };
      const { data } = await ask('GET /emails', { query, signal });
      return data[0] ?? null;
    },
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Templates for e-mail, by name. */
export const templatesQuery = queryOptions({
  queryKey: ['template', 'list'],
  queryFn: ({ signal }) =>
    ask('GET /templates', { query: { 'filter[channel]': 'email', sort: 'name', limit: 100 }, signal }),
});
