import { queryOptions } from '@tanstack/react-query';
import { queryClient } from '../api/query-client.ts';
import { type Answer, ask } from '../api/request.ts';
import { recordNameQuery } from '../records/record-name.ts';
import { monthOf } from './month.ts';

export type Home = Answer<'GET /dashboard/home'>;

/** All of the first screen, in one question: what to look at today, the numbers of the month, and the first steps where asked for. */
export const homeQuery = (timezone: string, steps: boolean, now = new Date()) => {
  const month = monthOf(timezone, now);
  return queryOptions({
    queryKey: ['dashboard', 'home', month, steps],
    async queryFn({ signal }) {
      const home = await ask('GET /dashboard/home', {
        query: { ...month, ...(steps && { steps: 'true' }) },
        signal,
      });
      for (const name of home.today.names) queryClient.setQueryData(recordNameQuery(name).queryKey, name);
      return home;
    },
  });
};
