import type { Change } from '../../model/change.ts';
import type { Service } from '../../model/service.ts';
import { Made } from '../made.ts';
import { recall, rememberVariables } from '../memory.ts';
import { renderAll } from '../variables.ts';
import { adopt } from './adopt.ts';
import { update } from './desired.ts';
import { ensureDomain, removeDomain } from './domains.ts';
import { operations } from './operations.ts';
import { ensureHome, type Site } from './site.ts';
import { ensureStore, findKeyValue, requireStore } from './stores.ts';
import { rememberable, resolveWith, sameValues, type Values, values } from './variables.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

/** Carries out one change of a plan; twice is the same as once. */
export async function applyChange(site: Site, change: Change): Promise<void> {
  switch (change.kind) {
    case 'adopt':
      return adopt(site, change.name);
    case 'store':
      return change.action === 'create' ? createStore(site, change) : removeStore(site, change);
    case 'service':
      return change.action === 'remove'
        ? removeService(site, change.service.name)
        : updateService(site, change.service);
    case 'variables':
      return setVariables(site, change);
    case 'domain':
      return change.action === 'create' ? createDomain(site, change) : dropDomain(site, change);
  }
}

export async function removeService({ rest, workspace }: Site, name: string): Promise<void> {
  const found = (await workspace.list()).get(name);
  if (!found) return;
  await rest(operations.deleteService, { path: { serviceId: found.id } });
  workspace.gone(name);
}

async function createStore(site: Site, { store }: Of<'store'>): Promise<void> {
  if (store.url) return;
  const { context } = site;
  requireStore(store, context.settings);
  const { owner, environment } = await ensureHome(site);
  site.seen.add(
    `url of ${store.name}`,
    await ensureStore(store, owner, environment, { ...site, made: new Made() }),
  );
}

async function removeStore(site: Site, { store }: Of<'store'>): Promise<void> {
  if (store.kind !== 'redis') return removeService(site, store.name);
  const found = await findKeyValue(site, store);
  if (found) await site.rest(operations.deleteKeyValue, { path: { keyValueId: found.id } });
}

/**
 * A service is made by the deploy, with all its variables, because Render begins to build it at once. One that is there gets
 * its new settings.
 */
async function updateService({ rest, workspace, context }: Site, service: Service): Promise<void> {
  const there = (await workspace.list()).get(service.name);
  const change = there && update(there, service, context.settings, undefined);
  if (change) await rest(operations.updateService, { path: { serviceId: there.id }, body: change });
}

/** As with the service itself: the variables of one that is not there yet come with its creation. */
async function setVariables(site: Site, { service, set, unset }: Of<'variables'>): Promise<void> {
  const { workspace } = site;
  const state = await workspace.read((name) => name === service);
  const there = state.services.get(service);
  if (!there) return;
  const urls = await storeUrls(site, there.variables, set);
  const rendered = renderAll(set, resolveWith(site, urls, await addresses(site)));
  const kept = Object.entries(there.variables).filter(([name]) => !unset.includes(name));
  const wanted = { ...Object.fromEntries(kept), ...values(rendered) };
  if (sameValues(there.variables, wanted)) return;
  const earlier = Object.entries(recall(state.memory, service).variables);
  const remembered = {
    ...Object.fromEntries(earlier.filter(([name]) => !unset.includes(name))),
    ...rememberable(rendered, site),
  };
  await workspace.replaceVariables(service, wanted, rememberVariables(state.memory, service, remembered));
}

/** Addresses of the stores that variables refer to. One that is set already says its own. */
async function storeUrls(site: Site, has: Values, set: Service['variables']): Promise<Map<string, string>> {
  const { context } = site;
  const urls = new Map<string, string>();
  for (const [name, variable] of Object.entries(set)) {
    if (variable.kind !== 'store') continue;
    const store = context.stores.find((one) => one.name === variable.store);
    if (!store) continue;
    const home = await ensureHome(site);
    const made = { ...site, made: new Made() };
    urls.set(
      store.name,
      store.url ?? has[name] ?? (await ensureStore(store, home.owner, home.environment, made)),
    );
  }
  return urls;
}

const addresses = async ({ workspace }: Site) =>
  new Map([...(await workspace.list())].map(([name, service]) => [name, { service }]));

/** As with its variables: the domains of a service that is not there yet come with its creation. */
async function createDomain(site: Site, { service, host }: Of<'domain'>): Promise<void> {
  const there = (await site.workspace.list()).get(service);
  if (there) await ensureDomain(site, there.id, host);
}

async function dropDomain(site: Site, { service, host }: Of<'domain'>): Promise<void> {
  const there = (await site.workspace.list()).get(service);
  if (there) await removeDomain(site, there.id, host);
}
