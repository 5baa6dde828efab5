import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import type { Table } from '../../switch/protocol.ts';
import { poll } from '../poll.ts';
import { isRefused } from '../refusal.ts';
import type { Reading } from '../rollout.ts';
import type { Progress } from '../target.ts';
import { tableOf } from './addresses.ts';
import { ensureNetworks } from './base.ts';
import { BuildFailed } from './build.ts';
import { refreshEdge } from './edge.ts';
import { partOf } from './environment.ts';
import { heard } from './heard.ts';
import { ensureImages } from './images.ts';
import { label } from './names.ts';
import { lostNodes } from './nodes.ts';
import type { EngineService } from './operations.ts';
import { lastProven, pruneImages, pruneReleases, removeRelease } from './prune.ts';
import { runReleaseTask } from './release-task.ts';
import { ended, isRunning, labelOf, listServices, scale, setLabels, tasksOf } from './services.ts';
import type { Site } from './site.ts';
import { nanoseconds, type Part, serviceSpec } from './spec.ts';
import { keepService } from './specification.ts';
import { ensureStore } from './stores.ts';
import { drain, ensureSwitch, readTable, route, type SwitchProgram } from './switch.ts';
import { type Starting, waitUp } from './wait.ts';

export interface Order {
  readonly release: Release;
  readonly services: readonly Service[];
  /** It has served before: its task is not run again. */
  readonly proven: boolean;
  /** The release before goes on running beside it. */
  readonly keepPrevious: boolean;
  readonly program: SwitchProgram;
}

/** Why a release does not come up, and which service is to blame; null: all of it. */
interface Trouble {
  readonly service: string | null;
  readonly reading: Reading;
}

/** What failed, on its way to where the release is taken back. */
class NotUp extends Error {
  readonly trouble: Trouble;
  constructor(service: string, reading: Reading) {
    const detail = `${service}: ${reading.detail}`;
    super(detail);
    this.trouble = { service, reading: { ...reading, detail } };
  }
}

/**
 * The deploy of a release on a swarm: its services are made beside those that serve, and proven where they are; one order to the switch moves
 * all visitors; then the singletons change over, and the release before is let finish. Nothing public changes before that order.
 */
export async function* deployRelease(
  site: Site,
  order: Order,
  signal: AbortSignal,
): AsyncGenerator<Progress> {
  const { release, services } = order;
  const before = await readTable(site);
  const isLive = before?.release === release.version;
  if (signal.aborted && !isLive) return yield* takeBack(site, order, null);
  try {
    if (!isLive) {
      await makeRoom(site, order, before);
      const starting = yield* start(site, order, signal);
      yield* waited(site, starting.filter(isVisited), signal);
      yield { service: null, state: 'starting', detail: 'all are ready', gate: 'cutover' };
      signal.throwIfAborted();
      // Workers of two releases take jobs side by side only from here on, for the moment of the cutover. Who goes back has no time to wait for them.
      const workers = starting.filter((one) => !isVisited(one) && !one.service.singleton);
      if (!order.proven) yield* begun(site, workers, signal);
      signal.throwIfAborted();
      // The point of no return.
      await route(site, {
        release: release.version,
        services: tableOf(services, release.version, site.context),
      });
    } else await refreshEdge(site);
    yield* changeOver(site, order, AbortSignal.any([]));
  } catch (error) {
    if (isLive) throw error;
    const trouble = troubleOf(error, signal);
    const doubt = yield* backTo(site, order, before, trouble);
    return yield* takeBack(site, order, trouble, doubt);
  }
  yield* finish(site, order);
  for (const { name } of services)
    yield { service: name, state: 'live', detail: isLive ? 'it was live already' : 'serves' };
}

const isVisited = ({ service }: Starting): boolean => service.paths.length > 0;

function troubleOf(error: unknown, signal: AbortSignal): Trouble {
  if (error instanceof NotUp) return error.trouble;
  if (signal.aborted) return { service: null, reading: { state: 'canceled', detail: 'canceled' } };
  const said = error instanceof Error ? error.message : String(error);
  // What is made by a deploy goes by other hands only.
  if (isRefused(error) && error.refusal === 'absent')
    return { service: null, reading: { state: 'canceled', detail: `canceled by somebody: ${said}` } };
  const detail = said;
  const evidence = error instanceof BuildFailed ? { evidence: error.lines } : {};
  return { service: null, reading: { state: 'failed', detail, ...evidence } };
}

/** What was kept running to go back to ends for a deploy of another release: three at once are too many for a small server. */
async function makeRoom(site: Site, order: Order, before: Table | null): Promise<void> {
  if (!before) return;
  for (const one of await othersOf(site, order))
    if (labelOf(one, label.release) !== before.release) await scale(site, one.ID, 0);
}

/** Everything that the release stands on, and its services: those that visitors ask run, the others are made and rest. */
async function* start(site: Site, order: Order, signal: AbortSignal): AsyncGenerator<Progress, Starting[]> {
  const { services, proven, program } = order;
  yield { service: null, state: 'pending', detail: 'the switch, the edge and the stores' };
  for (const { name } of services) yield { service: name, state: 'pending', detail: 'waiting for its image' };
  signal.throwIfAborted();
  await ensureNetworks(site);
  const front = ensureSwitch(site, program).then(() => refreshEdge(site));
  // Its failure is told when it is waited for, and until then ends nothing.
  front.catch(() => {});
  try {
    // What has served already starts beside, so that the way back is short.
    if (!proven) await front;
    const starting = yield* startServices(site, order, signal);
    await front;
    return starting;
  } finally {
    await Promise.allSettled([front]);
  }
}

async function* startServices(
  site: Site,
  { release, services, proven }: Order,
  signal: AbortSignal,
): AsyncGenerator<Progress, Starting[]> {
  const urls = new Map<string, string>();
  for (const store of release.stores) urls.set(store.name, store.url ?? (await ensureStore(site, store)));
  signal.throwIfAborted();

  const images = yield* heard<Progress, Awaited<ReturnType<typeof ensureImages>>>((tell) =>
    ensureImages(site, release, services, (service, detail) => tell({ service, state: 'building', detail })),
  );
  signal.throwIfAborted();
  const parts = new Map<string, Part>();
  for (const service of services)
    parts.set(service.name, await partOf(site, release, service, services, images.get(service.name)!, urls));

  if (release.task && !proven) {
    const { service, command } = release.task;
    yield { service, state: 'releasing', detail: command.join(' ') };
    const failure = await runReleaseTask(site, release, parts.get(service)!, signal);
    if (failure) throw new NotUp(service, failure);
  }
  const starting: Starting[] = [];
  for (const service of services) {
    // One that has served is begun with its workers beside.
    const runs = service.paths.length > 0 || (proven && !service.singleton);
    const { id } = await keepService(
      site,
      serviceSpec(parts.get(service.name)!, runs ? service.replicas : 0),
    );
    if (runs) await scale(site, id, service.replicas);
    starting.push({ service, id, version: release.version });
    if (runs) yield { service: service.name, state: 'starting', detail: 'waiting until it is healthy' };
  }
  return starting;
}

async function* begun(
  site: Site,
  starting: readonly Starting[],
  signal: AbortSignal,
): AsyncGenerator<Progress> {
  for (const { id, service } of starting) {
    yield { service: service.name, state: 'starting', detail: 'waiting until it is healthy' };
    await scale(site, id, service.replicas);
  }
  yield* waited(site, starting, signal);
}

/** @throws {NotUp} */
async function* waited(
  site: Site,
  starting: readonly Starting[],
  signal: AbortSignal,
): AsyncGenerator<Progress> {
  for await (const { service, reading } of waitUp(site, starting, signal)) {
    if (reading.state === 'failed') throw new NotUp(service, reading);
    // One that is up is not yet live: the others may still take it back.
    yield { service, ...reading, state: 'starting' };
  }
}

const othersOf = async (
  site: Site,
  { release }: { readonly release: Pick<Release, 'version'> },
): Promise<EngineService[]> =>
  (await listServices(site, { [label.role]: 'service' })).filter(
    (one) => labelOf(one, label.release) !== release.version,
  );

const wantedOf = (one: EngineService): number => one.Spec.Mode.Replicated?.Replicas ?? 0;

/** Singletons and workers of the release take over from those before. Never two of a singleton: the old one is gone before the new one begins. */
async function* changeOver(site: Site, order: Order, signal: AbortSignal): AsyncGenerator<Progress> {
  const others = await othersOf(site, order);
  const own = await listServices(site, { [label.role]: 'service', [label.release]: order.release.version });
  for (const service of order.services) {
    const { name, singleton, paths, replicas } = service;
    const mine = own.find((one) => labelOf(one, label.name) === name);
    if (paths.length > 0 || !mine) continue;
    const olds = others.filter((one) => labelOf(one, label.name) === name && wantedOf(one) > 0);
    if (singleton) {
      for (const old of olds) yield* endOf(site, old, name);
      await scale(site, mine.ID, replicas);
      yield* waited(site, [{ service, id: mine.ID, version: order.release.version }], signal);
    } else if (order.proven || wantedOf(mine) < replicas) {
      await scale(site, mine.ID, replicas);
      yield* waited(site, [{ service, id: mine.ID, version: order.release.version }], signal);
    }
  }
}

async function* endOf(site: Site, old: EngineService, name: string): AsyncGenerator<Progress> {
  yield {
    service: name,
    state: 'starting',
    detail: `waiting until the one of ${labelOf(old, label.release)} has ended`,
  };
  await scale(site, old.ID, 0);
  const gone = () => isOver(site, old.ID);
  const grace = graceOf(old) + 30_000;
  const pace = { first: 250, factor: 1.3, most: 1_000 };
  if (await poll(gone, { clock: site.clock, within: grace, pace })) return;
  const detail = `the one before does not end within ${Math.round(grace / 1_000)} s`;
  throw new NotUp(name, { state: 'failed', detail });
}

/** Nothing of it runs any more, as far as anybody can tell: of a node that is lost nothing is heard. */
async function isOver(site: Site, id: string): Promise<true | null> {
  const left = (await tasksOf(site, id)).filter(({ Status }) => !ended.includes(Status.State));
  if (left.length === 0) return true;
  const lost = await lostNodes(site);
  return left.every(({ NodeID }) => lost.has(NodeID)) || null;
}

/** Milliseconds that a service may take to end. */
const graceOf = ({ Spec }: EngineService): number => {
  const { StopGracePeriod } = Spec.TaskTemplate.ContainerSpec as { StopGracePeriod?: number };
  return Math.round((StopGracePeriod ?? nanoseconds(10)) / 1e6);
};

/**
 * Where the release has taken visitors or singletons over: they go back to what served before.
 * @returns what is not known; null: the release before serves as it did
 */
async function* backTo(
  site: Site,
  order: Order,
  before: Table | null,
  trouble: Trouble,
): AsyncGenerator<Progress, string | null> {
  try {
    const { version } = order.release;
    if ((await readTable(site))?.release === version) {
      yield {
        service: null,
        state: 'failed',
        detail: `${trouble.reading.detail}; going back to ${before?.release ?? 'nothing'}`,
      };
      if (before) await route(site, before);
    }
    const own = await listServices(site, { [label.role]: 'service', [label.release]: version });
    for (const { name } of order.services.filter(({ singleton }) => singleton)) {
      const mine = own.find((one) => labelOf(one, label.name) === name);
      if (mine && wantedOf(mine) > 0) yield* endOf(site, mine, name);
    }
    const olds = (await othersOf(site, order)).filter(
      (one) => labelOf(one, label.release) === before?.release,
    );
    for (const old of olds) await scale(site, old.ID, Number(labelOf(old, label.replicas) ?? 1));
    for (const old of olds) await runsAgain(site, old);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function runsAgain(site: Site, old: EngineService): Promise<void> {
  const wanted = Number(labelOf(old, label.replicas) ?? 1);
  const runs = async () => (await tasksOf(site, old.ID)).filter(isRunning).length >= wanted || null;
  const pace = { first: 250, factor: 1.3, most: 1_000 };
  if (await poll(runs, { clock: site.clock, within: 60_000, pace })) return;
  throw new Error(`${old.Spec.Name} does not run again`);
}

/** Nothing of the release is left, and each service is told how it ended. What visitors may be led to stays. */
async function* takeBack(
  site: Site,
  { release, services, proven }: Order,
  trouble: Trouble | null,
  before: string | null = null,
): AsyncGenerator<Progress> {
  if (trouble)
    yield { service: null, state: 'failed', detail: `${trouble.reading.detail}; rolling the release back` };
  let doubt = before;
  try {
    if (doubt === null) await removeRelease(site, release.version);
    // Nobody goes back to what has never served. An image that cannot be taken away yet is by the next deploy.
    if (doubt === null && !proven) await pruneImages(site).catch(() => {});
  } catch (error) {
    doubt = error instanceof Error ? error.message : String(error);
  }
  for (const { name } of services) {
    if (doubt !== null)
      yield { service: name, state: 'unknown', detail: `${name} could not be rolled back: ${doubt}` };
    else if (!trouble) yield { service: name, state: 'canceled', detail: 'rolled back' };
    else if (trouble.service === null || trouble.service === name)
      yield { service: name, ...trouble.reading };
    else yield { service: name, state: 'canceled', detail: `rolled back, because ${trouble.service} failed` };
  }
}

/** Ends what the deploy of a release has kept running of those before it. */
export async function retireBefore(site: Site, version: string): Promise<void> {
  if ((await readTable(site))?.release !== version) return;
  const { services } = site.context;
  const told = finish(site, { release: { version }, services, keepPrevious: false });
  while (!(await told.next()).done);
}

type Finishing = Pick<Order, 'services' | 'keepPrevious'> & { readonly release: Pick<Release, 'version'> };

/** The release has taken over: it is one to go back to, and those before are let finish and rest. */
async function* finish(site: Site, order: Finishing): AsyncGenerator<Progress> {
  const { release, keepPrevious } = order;
  const all = await listServices(site, { [label.role]: 'service' });
  const isLatest = lastProven(all) === release.version;
  for (const mine of all.filter((one) => labelOf(one, label.release) === release.version)) {
    if (!isLatest || labelOf(mine, label.proven) === undefined)
      await setLabels(site, mine.ID, { [label.proven]: new Date(site.clock.now()).toISOString() });
  }
  const others = (await othersOf(site, order)).filter((one) => wantedOf(one) > 0);
  const kept = keptBeside(site, order, others);
  if (!keepPrevious) {
    const releases = new Map<string, number>();
    for (const one of others) {
      const version = labelOf(one, label.release) ?? '';
      releases.set(version, Math.max(releases.get(version) ?? 0, graceOf(one)));
    }
    for (const [version, grace] of releases) {
      yield { service: null, state: 'starting', detail: `${version} finishes what it has under way` };
      await drain(site, version, Math.ceil(grace / 1_000));
    }
  }
  const leaving = others.filter((one) => !kept.includes(one));
  for (const one of leaving) await scale(site, one.ID, 0);
  await allEnd(site, leaving);
  try {
    await pruneReleases(site, release.version);
    await pruneImages(site);
  } catch (error) {
    // It serves no less for it, and the next deploy takes it away.
    const why = error instanceof Error ? error.message : String(error);
    yield {
      service: null,
      state: 'starting',
      detail: `what is left of older releases stays for now: ${why}`,
    };
  }
}

/**
 * What goes on running of the release before: of what visitors ask, while it may be needed again at once. Its workers would go on taking jobs
 * beside the new ones.
 */
function keptBeside(
  site: Site,
  { release, services, keepPrevious }: Finishing,
  others: readonly EngineService[],
): readonly EngineService[] {
  const before = lastProven(others);
  // Who has gone back does not want what was bad.
  const isWarm = site.context.settings.warm && before !== undefined && before < release.version;
  if (!keepPrevious && !isWarm) return [];
  const visited = new Set(services.filter(({ paths }) => paths.length > 0).map(({ name }) => name));
  return others.filter(
    (one) =>
      (keepPrevious || labelOf(one, label.release) === before) && visited.has(labelOf(one, label.name) ?? ''),
  );
}

/** Waits until nothing of them runs, as long as they may take; what does not end by then the engine ends. */
async function allEnd(site: Site, services: readonly EngineService[]): Promise<void> {
  for (const one of services) {
    const gone = () => isOver(site, one.ID);
    const pace = { first: 250, factor: 1.3, most: 1_000 };
    await poll(gone, { clock: site.clock, within: graceOf(one) + 5_000, pace });
  }
}
