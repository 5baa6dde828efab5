import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import type { Store } from '../../model/store.ts';
import { findOrCreate } from '../create.ts';
import { notOurs } from '../foreign.ts';
import { Made } from '../made.ts';
import { type Memory, recall, rememberVariables } from '../memory.ts';
import { poll } from '../poll.ts';
import { isLasting, isRefused, type Refusal } from '../refusal.ts';
import { type Rendered, renderService } from '../variables.ts';
import { prefixOf } from './account.ts';
import { creation, taskOf, update } from './desired.ts';
import { ensureDomain } from './domains.ts';
import { operations, type RenderService } from './operations.ts';
import { ensureHome, isOurs, noService, type Site } from './site.ts';
import { ensureStore, lookForKeyValue, strangeKeyValue } from './stores.ts';
import { keptValues, rememberable, resolveWith, sameValues, type Values, values } from './variables.ts';
import { keepWayBack } from './way-back.ts';
import type { RenderState } from './workspace.ts';

/**
 * Everything that a release needs, made and set. Stores first, because Render has no references: the services get their
 * addresses as values. What this command has made for a release that Render then refuses is taken away again.
 * Answers with what is remembered of the services.
 */
export async function prepare(
  site: Site,
  release: Release,
  services: readonly Service[],
  proven: boolean,
): Promise<Memory> {
  const made = new Made();
  try {
    const { urls, before } = await ensureAll(site, release, services, proven, made);
    const memory = await ensureSettings(site, { release, services, proven, urls, before });
    for (const { name } of services) await ensureAwake(site, name);
    return memory;
  } catch (error) {
    if (isLasting(error)) await made.takeAway();
    throw error;
  }
}

/** Milliseconds: the plan that is carried out has just read the same. */
const lately = 10_000;

/** What there is once everything is made. */
interface There {
  /** Addresses of the stores. */
  readonly urls: ReadonlyMap<string, string>;
  /** Names of the services that were there before. */
  readonly before: ReadonlySet<string>;
}

/** Project, environment, stores and services. */
async function ensureAll(
  site: Site,
  release: Release,
  services: readonly Service[],
  proven: boolean,
  made: Made,
): Promise<There> {
  const { context, workspace } = site;
  for (const { name } of services) workspace.unstage(name);
  const before = await assertOurs(site, release, services);
  const { owner, environment } = await ensureHome(site, made);
  const urls = await ensureStores(site, release.stores, owner, environment, made);
  const guess = resolveWith(site, urls, new Map());
  for (const service of services) {
    const task = taskOf(release, service, proven);
    const variables = values(renderService(context, release, service, guess));
    const absent = !before.has(service.name);
    await ensureService(site, service, { task, variables, owner, environment, made, absent });
  }
  return { urls, before };
}

/**
 * Before anything is made. Answers with the names of what is there.
 * @throws {ConductorError} `adopt.not-ours` (exit 3) for what has our names and is somebody else's.
 */
async function assertOurs(
  site: Site,
  release: Release,
  services: readonly Service[],
): Promise<ReadonlySet<string>> {
  const { workspace, context } = site;
  const there = await workspace.list(lately);
  const foreign = workspace.foreign([...services, ...release.stores].map(({ name }) => name));
  for (const { name, kind, url } of release.stores) {
    if (kind !== 'redis' || url) continue;
    const { stranger } = await lookForKeyValue(site, { name }, lately);
    if (stranger) foreign.push(strangeKeyValue(name, stranger));
  }
  if (foreign.length > 0) throw notOurs(context.environment, foreign);
  return new Set(there.keys());
}

async function ensureStores(
  site: Site,
  stores: readonly Store[],
  owner: string,
  environment: string,
  made: Made,
): Promise<Map<string, string>> {
  const urls = new Map<string, string>();
  for (const store of stores) {
    const url = store.url ?? (await ensureStore(store, owner, environment, { ...site, made }));
    site.seen.add(`url of ${store.name}`, url);
    urls.set(store.name, url);
  }
  return urls;
}

/** What a service is made with. */
interface Making {
  readonly task: readonly string[] | null | undefined;
  readonly variables: Values;
  readonly owner: string;
  readonly environment: string;
  readonly made: Made;
  /** It was just looked for, and is not there. */
  readonly absent: boolean;
}

/**
 * Makes a service unless it is there, and gives it its domains. Render builds the head of its branch at once, which nobody has asked for: that build has
 * all its variables, and is canceled.
 */
async function ensureService(site: Site, service: Service, making: Making): Promise<void> {
  const { rest, workspace, context, clock } = site;
  const { task, made, absent, ...about } = making;
  let asked = false;
  let first: string | undefined;
  const { id } = await findOrCreate<RenderService>({
    find: async () => (await workspace.list()).get(service.name),
    create: async () => {
      const name = prefixOf(context) + service.name;
      const body = creation(service, context.settings, task, { name, ...about });
      asked = true;
      const answer = await rest(operations.createService, { body });
      workspace.made(service.name, answer.service, about.variables);
      first = answer.deployId;
      return answer.service;
    },
    clock,
    absent,
  });
  if (asked) {
    made.add(async () => {
      await rest(operations.deleteService, { path: { serviceId: id } });
      workspace.gone(service.name);
    });
    await cancelFirst(site, id, first);
  }
  for (const host of context.domains[service.name] ?? []) await ensureDomain(site, id, host);
}

/**
 * A suspended service cannot be deployed, and resuming it deploys what it ran last: that is canceled, before a deployment of ours could be
 * taken for it.
 */
async function ensureAwake(site: Site, name: string): Promise<void> {
  const there = (await site.workspace.list()).get(name);
  if (there?.suspended !== 'suspended') return;
  const serviceId = there.id;
  const list = () => site.workspace.deploys(serviceId, 0);
  const before = new Set((await list()).map(({ id }) => id));
  await site.rest(operations.resume, { path: { serviceId } });
  const begun = await poll(async () => (await list()).find(({ id }) => !before.has(id)), {
    clock: site.clock,
    within: 30_000,
  });
  if (begun) await cancel(site, serviceId, begun.id);
}

/** Ends the build that began with the service. Its id is not known where the reply was lost; then it is the only one. */
async function cancelFirst(site: Site, serviceId: string, known: string | undefined): Promise<void> {
  if (known && (await cancel(site, serviceId, known)) !== 'absent')
    return site.workspace.begun(serviceId, known);
  const deployId = await shown(site, serviceId, known);
  if (deployId) await cancel(site, serviceId, deployId);
}

/** The refusal, where it has ended by itself or does not show yet. */
async function cancel(site: Site, serviceId: string, deployId: string): Promise<Refusal | null> {
  try {
    await site.rest(operations.cancel, { path: { serviceId, deployId } });
    return null;
  } catch (error) {
    // It has ended by itself; the deploy that follows takes its place.
    if (!isRefused(error)) throw error;
    return error.refusal;
  }
}

/** Waits until a deploy shows in the list: one that came to light later would be taken for a newer one. Its id. */
function shown(
  { workspace, clock }: Site,
  serviceId: string,
  known: string | undefined,
): Promise<string | null> {
  return poll(
    async () => {
      const list = await workspace.deploys(serviceId, 0);
      return list.find(({ id }) => known === undefined || id === known)?.id;
    },
    { clock, within: 30_000 },
  );
}

interface Setting extends There {
  readonly release: Release;
  readonly services: readonly Service[];
  readonly proven: boolean;
}

/**
 * Settings and replicas of the services now, and their variables before they are deployed; those of before are kept to go back to.
 * Answers with what is remembered of the services.
 */
async function ensureSettings(
  site: Site,
  { release, services, proven, urls, before }: Setting,
): Promise<Memory> {
  const { rest, workspace, context } = site;
  const state = await workspace.read(isOurs(site), lately);
  await keepWayBack(site, state, before);
  const render = resolveWith(site, urls, state.services);
  let { memory } = state;
  for (const service of services) {
    const there = state.services.get(service.name);
    if (!there) throw noService(service.name);
    const path = { serviceId: there.service.id };
    const change = update(there.service, service, context.settings, taskOf(release, service, proven));
    if (change) await rest(operations.updateService, { path, body: change });
    if (there.service.serviceDetails.numInstances !== service.replicas) {
      await rest(operations.scale, { path, body: { numInstances: service.replicas } });
    }
    const rendered = renderService(context, release, service, render);
    stageVariables(site, state, service, rendered);
    memory = rememberVariables(memory, service.name, rememberable(rendered, site));
  }
  return memory;
}

/** Our variables as they should be; those that others had set before the service was adopted stay. */
function stageVariables(
  { workspace }: Site,
  { services, memory }: RenderState,
  service: Service,
  rendered: Readonly<Record<string, Rendered>>,
): void {
  const { name } = service;
  const has = services.get(name)!.variables;
  const wanted = {
    ...keptValues(has, service, recall(memory, name).variables),
    ...values(rendered),
  };
  if (!sameValues(has, wanted)) workspace.stage(name, wanted);
}
