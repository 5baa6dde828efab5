import { findOrCreate } from '../create.ts';
import { PlatformRefusal } from '../refusal.ts';
import { operations } from './operations.ts';
import type { Site } from './site.ts';

type DomainSite = Pick<Site, 'rest' | 'workspace' | 'clock'>;

/** Gives a host name to a service. */
export async function ensureDomain(site: DomainSite, serviceId: string, host: string): Promise<void> {
  await findOrCreate({
    find: async () => (await site.workspace.domains(serviceId)).find(({ name }) => name === host),
    create: async () => {
      const made = await site.rest(operations.createDomain, { path: { serviceId }, body: { name: host } });
      const own = made.find(({ name }) => name === host);
      if (!own) throw new PlatformRefusal('Render', 'other', { said: `it did not take ${host}` });
      return own;
    },
    clock: site.clock,
  });
}

export async function removeDomain(site: DomainSite, serviceId: string, host: string): Promise<void> {
  const found = (await site.workspace.domains(serviceId)).find(({ name }) => name === host);
  if (!found) return;
  const path = { serviceId, customDomainIdOrName: found.id };
  await site.rest(operations.deleteDomain, { path });
}
