import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';

export type Contact = Answer<'GET /contacts/{id}'>;

export const contactById = (id: string) =>
  queryOptions({
    queryKey: ['contact', id],
    queryFn: ({ signal }) => ask('GET /contacts/{id}', { path: { id }, signal }),
  });

/** Contacts by filter, such as those of one company. */
export const contactsQuery = (query: Record<string, string | number | undefined>) =>
  infiniteQueryOptions({
    queryKey: ['contact', 'list', query],
    queryFn: ({ pageParam, signal }) =>
      ask('GET /contacts', { query: { limit: 50, ...query, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.page.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });

/** A contact's name as it is written. */
export const contactName = ({ firstName, lastName }: Pick<Contact, 'firstName' | 'lastName'>): string =>
  [firstName, lastName].filter(Boolean).join(' ');

/** The address to write to first. */
export const primary = <Row extends { primary: boolean }>(rows: Row[]): Row | undefined =>
  rows.find((row) => row.primary) ?? rows[0];
