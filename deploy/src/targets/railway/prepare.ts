import { isDeepStrictEqual } from 'node:util';
import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import { notOurs } from '../foreign.ts';
import { liveOf } from '../live.ts';
import { type Memory, recall, rememberVariables } from '../memory.ts';
import { isLasting } from '../refusal.ts';
import { renderService } from '../variables.ts';
import { versionServed } from './deployments.ts';
import { configPatch, rememberable, serviceConfig, variablesPatch } from './desired.ts';
import type { EnvironmentPatch, RailwayState } from './environment.ts';
import { operations } from './operations.ts';
import { carriesMark, foreignIn } from './ownership.ts';
import { settingsAt } from './placement.ts';
import { referTo } from './references.ts';
import { deleteService, ensureAddress, ensureServices } from './services.ts';
import { type Site, serviceIn } from './site.ts';
import { fileVariables } from './static-files.ts';
import { ensureStores } from './stores.ts';
import { times } from './times.ts';

/**
 * Everything that the release needs, made and set; nothing is started, so no build runs without its variables. What this
 * command has made for a release that Railway then refuses is taken away again: `undone` says that the project went with it.
 */
export async function prepare(
  site: Site,
  release: Release,
  services: readonly Service[],
  proven: boolean,
  undone: () => void,
): Promise<void> {
  const { environment, context } = site;
  const foreign = foreignIn(await environment.read(), services, release.stores, context);
  if (foreign.length > 0) throw notOurs(context.environment, foreign);
  const made: string[] = [];
  try {
    await limitSpending(site);
    await ensureStores(release.stores, site);
    const state = await ensureServices(site, services, made);
    await ensureSettings(site, state, release, services, proven);
    for (const service of services) await ensureAddress(site, state, service);
  } catch (error) {
    if (isLasting(error)) await undo(site, made, undone);
    throw error;
  }
}

async function limitSpending({ api, place, context }: Site): Promise<void> {
  const { spending } = context.settings;
  if (!spending || !place.workspace) return;
  const { customer } = (await api(operations.spending, { workspace: place.workspace })).workspace;
  const { softLimit, hardLimit } = customer.usageLimit ?? {};
  if (softLimit === spending.warn && (hardLimit ?? undefined) === spending.stop) return;
  await api(operations.limitSpending, {
    input: {
      customerId: customer.id,
      softLimitDollars: spending.warn,
      ...(spending.stop ? { hardLimitDollars: spending.stop } : {}),
    },
  });
}

/** Writes settings and variables where they differ, and turns automatic deployments off. */
async function ensureSettings(
  site: Site,
  state: RailwayState,
  release: Release,
  services: readonly Service[],
  proven: boolean,
): Promise<void> {
  const { api, place, environment, context } = site;
  const { fingerprint } = context;
  const render = referTo(site, release.stores, state);
  const patch: EnvironmentPatch = { services: {} };
  let memory: Memory = state.memory;
  for (const service of services) {
    const on = serviceIn(state, service.name);
    // Private networks of older environments are IPv6 only; `::` takes IPv4 too.
    const variables = {
      ...renderService(context, release, service, render, '::'),
      ...fileVariables(service),
    };
    const remembered = recall(memory, service.name).variables;
    const settings = await settingsAt(site, on, service);
    const config = configPatch(on.config, serviceConfig(release, service, settings, on.config, proven));
    const values = variablesPatch(on.config, variables, remembered, fingerprint);
    if (config || Object.keys(values).length) patch.services[on.id] = { ...config, variables: values };
    memory = rememberVariables(memory, service.name, rememberable(variables, fingerprint));
  }
  if (Object.keys(patch.services).length) await environment.commit(patch, state, memory);
  else if (!isDeepStrictEqual(memory, state.memory)) await environment.remember(memory);
  // Connecting a repository turns them on, and a killed command may have left them so.
  const built = services.filter(({ name, image }) => {
    const { id } = serviceIn(state, name);
    return !image && (patch.services[id]?.source !== undefined || !site.quiet.has(id));
  });
  if (built.length === 0) return;
  const { project: projectId, environment: environmentId } = place;
  const off = built.map(({ name }) => ({
    input: { enabled: false, projectId, environmentId, serviceId: serviceIn(state, name).id },
  }));
  await api(...times(operations.autoDeploy, off));
}

/** Makes the settings those of the release that serves again, where `failed` has changed them. Starts nothing. */
export async function putBackSettings(site: Site, failed: Release): Promise<void> {
  const state = await site.environment.read();
  const serving = liveOf(
    state.services.map(({ name, active }) => ({ version: versionServed(state.memory, name, active) })),
  );
  if (serving === null || serving === failed.version) return;
  const before = await site.context.released?.(serving);
  if (!before) throw new Error(`those of ${serving} are not known`);
  const ours = state.services.filter((service) => carriesMark(service, site.context));
  const there = before.services.filter(({ name }) => ours.some((one) => one.name === name));
  await ensureSettings(site, state, before.release, there, false);
}

/** Takes away what a refused creation has left. */
async function undo(site: Site, services: readonly string[], undone: () => void): Promise<void> {
  const { made } = site.account;
  if (made) {
    await site.api(operations.deleteProject, { id: made });
    undone();
    return;
  }
  for (const id of services) await deleteService(site, id);
}
