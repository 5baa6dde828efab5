import { isAlive, type ProcessId } from './host/process-id.ts';
import type { State } from './host/state.ts';

/** What can be said of an environment whose host says nothing: nothing of it serves, and of what still runs nobody knows how it is. */
export function lastKnown(state: State | null) {
  const live = state?.generations.find(({ role }) => role === 'live');
  return {
    live: null,
    services: (live?.spec.services ?? []).map((service) => {
      const replicas = live?.replicas.filter((replica) => replica.service === service.name) ?? [];
      return {
        name: service.name,
        state: replicas.some(({ id }) => runs(id)) ? ('unknown' as const) : ('failed' as const),
        version: live?.spec.version ?? null,
        ready: 0,
        wanted: service.replicas,
        restarts: replicas.reduce((sum, { restarts }) => sum + restarts, 0),
        paths: service.paths,
        variables: {},
      };
    }),
    stores: (state?.stores ?? []).map(({ spec, stopped, id }) => ({
      name: spec.name,
      kind: spec.kind,
      state: stopped ? ('stopped' as const) : runs(id) ? ('unknown' as const) : ('failed' as const),
      provider: 'label' in spec ? spec.label : 'outside server',
    })),
  };
}

const runs = (id: ProcessId | null): boolean => id !== null && isAlive(id);
