import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { pipelinesQuery } from '../deals/deals-query.ts';
import { organisationQuery } from '../settings/organisation-query.ts';
import { serverQuery } from '../settings/server-query.ts';
import { usersQuery } from '../users/users-query.ts';

export interface Step {
  name: 'lead' | 'icp' | 'pipeline' | 'invite' | 'smtp' | 'ai';
  /** Undefined until known. */
  done: boolean | undefined;
}

/** The first steps and which of them are done. */
export function useFirstSteps(): Step[] {
  const leads = useQuery({
    queryKey: ['lead', 'list', 'any'],
    queryFn: ({ signal }) => ask('GET /leads', { query: { limit: 1 }, signal }),
  });
  const org = useQuery(organisationQuery);
  const pipelines = useQuery(pipelinesQuery);
  const users = useQuery(usersQuery);
  const server = useQuery(serverQuery);
  const icp = org.data?.icp;
  return [
    { name: 'lead', done: leads.data && leads.data.data.length > 0 },
    {
      name: 'icp',
      done: icp && (icp.industries.length > 0 || icp.states.length > 0 || icp.employeesMin !== null),
    },
    { name: 'pipeline', done: pipelines.data?.some(({ version }) => version > 1) },
    { name: 'invite', done: users.data && users.data.length > 1 },
    { name: 'smtp', done: server.data?.configured.smtp },
    { name: 'ai', done: server.data && server.data.configured.ai.length > 0 },
  ];
}
