import type { Service } from '../../model/service.ts';
import { findOrCreate } from '../create.ts';
import { notOurs } from '../foreign.ts';
import { poll } from '../poll.ts';
import { PlatformRefusal } from '../refusal.ts';
import { port } from '../variables.ts';
import type { RailwayState } from './environment.ts';
import { operations } from './operations.ts';
import { foreignIn, markOf } from './ownership.ts';
import { type Site, serviceIn } from './site.ts';

/**
 * Makes the services that are missing, adds their ids to `made`, and waits until each can be set.
 * @throws {ConductorError} `adopt.not-ours` (exit 3) for one that is somebody else's.
 */
export async function ensureServices(
  { api, place, environment, clock, context }: Site,
  services: readonly { readonly name: string }[],
  made: string[] = [],
): Promise<RailwayState> {
  let state = await environment.read();
  const foreign = foreignIn(state, services, [], context);
  if (foreign.length > 0) throw notOurs(context.environment, foreign);
  for (const { name } of services) {
    if (state.services.some((service) => service.name === name)) continue;
    await findOrCreate<{ id: string }>({
      find: async () => (await environment.read()).services.find((service) => service.name === name),
      // Without its source: with one, Railway would build it at once, before it has its variables.
      create: async () => {
        const variables = markOf(context, name);
        const input = { projectId: place.project, environmentId: place.environment, name, variables };
        const { serviceCreate } = await api(operations.createService, { input });
        made.push(serviceCreate.id);
        return serviceCreate;
      },
      clock,
      absent: true,
    });
  }
  const complete = await poll(
    async () => {
      state = await environment.read();
      const ready = state.services.filter((service) => service.ready).map(({ name }) => name);
      return services.every(({ name }) => ready.includes(name)) ? state : null;
    },
    { clock, within: 120_000 },
  );
  if (complete) return complete;
  throw new PlatformRefusal('Railway', 'unreachable', { said: 'the services it has made do not show' });
}

/** A public service without a domain of its own gets one from Railway. */
export async function ensureAddress(
  { api, place, environment, clock }: Site,
  state: RailwayState,
  service: Service,
): Promise<void> {
  if (service.paths.length === 0) return;
  const on = serviceIn(state, service.name);
  if (on.serviceDomains.length) return;
  await findOrCreate({
    absent: true,
    find: async () => serviceIn(await environment.read(), service.name).serviceDomains[0],
    create: async () => {
      const input = { serviceId: on.id, environmentId: place.environment, targetPort: port };
      return (await api(operations.createServiceDomain, { input })).serviceDomainCreate.domain;
    },
    clock,
  });
}

export const deleteService = async ({ api, place }: Site, id: string): Promise<void> => {
  await api(operations.deleteService, { id, environment: place.environment });
};
