import type { Change } from '../../model/change.ts';
import type { Foreign } from '../../model/observed.ts';
import type { Service } from '../../model/service.ts';
import { notOurs } from '../foreign.ts';
import { forget, recall, rememberVariables } from '../memory.ts';
import { renderAll } from '../variables.ts';
import { adopt } from './adopt.ts';
import { configPatch, rememberable, serviceSettings, variablesPatch } from './desired.ts';
import { ensureDomain, removeDomain } from './domains.ts';
import { foreignIn } from './ownership.ts';
import { settingsAt } from './placement.ts';
import { referTo } from './references.ts';
import { deleteService, ensureServices } from './services.ts';
import { type Site, serviceIn } from './site.ts';
import { findStore } from './store-names.ts';
import { ensureStores } from './stores.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

/** Carries out one change of a plan; twice is the same as once. */
export async function applyChange(site: Site, change: Change): Promise<void> {
  switch (change.kind) {
    case 'store':
      return change.action === 'create' ? createStore(site, change) : removeStore(site, change);
    case 'service':
      return change.action === 'remove'
        ? removeService(site, change.service.name)
        : setService(site, change.service);
    case 'variables':
      return setVariables(site, change);
    case 'adopt':
      return adopt(site, change);
    case 'domain':
      return change.action === 'create' ? createDomain(site, change) : dropDomain(site, change);
  }
}

export async function removeService(site: Site, name: string): Promise<void> {
  const state = await site.environment.read();
  const found = state.services.find((service) => service.name === name);
  if (!found) return;
  refuseForeign(site, foreignIn(state, [{ name }], [], site.context));
  await deleteService(site, found.id);
  await site.environment.remember(forget(state.memory, name));
}

/** What is somebody else's is not ours to change. */
function refuseForeign({ context }: Site, foreign: readonly Foreign[]): void {
  if (foreign.length > 0) throw notOurs(context.environment, foreign);
}

async function createStore(site: Site, { store }: Of<'store'>): Promise<void> {
  await ensureStores([store], site);
}

async function removeStore(site: Site, { store }: Of<'store'>): Promise<void> {
  const state = await site.environment.read();
  const found = findStore(state.services, store);
  if (!found) return;
  refuseForeign(site, foreignIn(state, [], [store], site.context));
  await deleteService(site, found.id);
}

async function setService(site: Site, service: Service): Promise<void> {
  const state = await ensureServices(site, [service]);
  const on = serviceIn(state, service.name);
  const settings = await settingsAt(site, on, service);
  const patch = configPatch(on.config, serviceSettings(service, settings, on.config, undefined));
  if (patch) await site.environment.commit({ services: { [on.id]: patch } }, state);
}

async function setVariables(site: Site, { service, set, unset }: Of<'variables'>): Promise<void> {
  const { context, environment } = site;
  const { fingerprint } = context;
  const state = await ensureServices(site, [{ name: service }]);
  const on = serviceIn(state, service);
  const rendered = renderAll(set, referTo(site, context.stores, state));
  const remembered = recall(state.memory, service).variables;
  const others = Object.fromEntries(Object.entries(remembered).filter(([name]) => name in set));
  const patch = variablesPatch(on.config, rendered, others, fingerprint);
  for (const name of unset) if (on.config?.variables?.[name]) patch[name] = null;
  if (Object.keys(patch).length === 0) return;
  await environment.commit({ services: { [on.id]: { variables: patch } } }, state);
  const kept = Object.entries({ ...remembered, ...rememberable(rendered, fingerprint) });
  const next = Object.fromEntries(kept.filter(([name]) => !unset.includes(name)));
  await environment.remember(rememberVariables(state.memory, service, next));
}

async function createDomain(site: Site, { service, host }: Of<'domain'>): Promise<void> {
  const state = await ensureServices(site, [{ name: service }]);
  await ensureDomain(host, serviceIn(state, service), site);
}

async function dropDomain(site: Site, { service, host }: Of<'domain'>): Promise<void> {
  const state = await site.environment.read();
  const on = state.services.find(({ name }) => name === service);
  if (!on) return;
  refuseForeign(site, foreignIn(state, [{ name: service }], [], site.context));
  await removeDomain(host, on, site.api);
}
