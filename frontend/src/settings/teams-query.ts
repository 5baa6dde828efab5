import { queryOptions } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';

export type Team = Answer<'GET /teams'>['data'][number];

/** The teams of the organisation, by name. */
export const teamsQuery = queryOptions({
  queryKey: ['team', 'list'],
  queryFn: async ({ signal }) => (await ask('GET /teams', { signal })).data,
});
