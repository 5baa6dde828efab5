import { isIP } from 'node:net';
import type {
  DnsRecord,
  Foreign,
  Observed,
  ObservedDomain,
  ObservedService,
  ObservedStore,
  WarmRelease,
} from '../../model/observed.ts';
import type { Table } from '../../switch/protocol.ts';
import { publicAddress } from '../public-address.ts';
import { areUsual, bareServerHost, hostsOf, serverUrl } from './addresses.ts';
import { addressesOf, certificateOf, type HostSeen, isServed, seeHost } from './certificate.ts';
import { hostsIn, readHosts } from './edge.ts';
import { edgeTroubles } from './edge-troubles.ts';
import { observedVariables } from './environment.ts';
import { label, serviceName, storeName, switchName } from './names.ts';
import type { EngineService, EngineTask } from './operations.ts';
import { lastProven } from './prune.ts';
import {
  containerAmong,
  ended,
  isOurs,
  isRunning,
  labelOf,
  listServices,
  serviceNamed,
  tasksOfAll,
} from './services.ts';
import type { Site } from './site.ts';
import { imageOfStore, isSameImage } from './store-upgrade.ts';
import { askView, readTable } from './switch.ts';

/** What the swarm has now: which release its switch leads to, and what runs of it. */
export async function observe(site: Site): Promise<Observed> {
  const all = await listServices(site);
  const tasks = await tasksOfAll(site);
  const front = all.find(({ Spec }) => Spec.Name === switchName(site.context));
  const container = front && containerAmong(site, tasks.get(front.ID) ?? []);
  const { table, maintenance } = front
    ? await askView(site, container ?? undefined)
    : { table: null, maintenance: null };
  const hosts = await seeHosts(site, hostsIn(front));
  const urls = urlsOf(site, table, hosts);
  const services: ObservedService[] = [];
  for (const one of all) {
    if (labelOf(one, label.role) !== 'service' || labelOf(one, label.release) !== table?.release) continue;
    services.push(observedService(one, tasks.get(one.ID) ?? [], urls));
  }
  const { found, foreign } = await observedStores(site, all, tasks);
  return {
    live: table?.release ?? null,
    ...(site.context.settings.warm && { warm: warmOf(all, tasks, table?.release) }),
    services: services.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    stores: found,
    domains: await observedDomains(site, hosts),
    foreign,
    maintenance,
    urls,
  };
}

/** The release before, where it goes on running. */
function warmOf(
  all: readonly EngineService[],
  tasks: ReadonlyMap<string, readonly EngineTask[]>,
  live: string | undefined,
): WarmRelease | null {
  const others = all.filter(
    (one) =>
      labelOf(one, label.role) === 'service' &&
      labelOf(one, label.release) !== live &&
      (tasks.get(one.ID) ?? []).some(isRunning),
  );
  const version = lastProven(others);
  return version !== undefined && live !== undefined && version < live
    ? { version, until: null, megabytes: null }
    : null;
}

export async function observedUrls(site: Site): Promise<Observed['urls']> {
  const table = await readTable(site);
  return urlsOf(site, table, await seeHosts(site, await readHosts(site)));
}

/** Public addresses of what the switch leads to: by a host that leads here and has its certificate, else by the server's own address. */
function urlsOf({ context }: Site, table: Table | null, hosts: readonly Host[]): Observed['urls'] {
  const { settings } = context;
  const https = settings.ports.https === 443 ? '' : `:${settings.ports.https}`;
  const served = hosts.filter(({ seen }) => isServed(seen)).map(({ host }) => host);
  return Object.fromEntries(
    [...new Set((table?.services ?? []).map(({ service }) => service))].flatMap((service) => {
      const url = publicAddress(
        hostsOf(service, context.domains),
        (host) => served.includes(host),
        serverUrl(settings),
      );
      return url === undefined ? [] : [[service, url.startsWith('https:') ? `${url}${https}` : url]];
    }),
  );
}

function observedService(
  one: EngineService,
  tasks: readonly EngineTask[],
  urls: Observed['urls'],
): ObservedService {
  const name = labelOf(one, label.name)!;
  const wanted = Number(labelOf(one, label.replicas) ?? one.Spec.Mode.Replicated?.Replicas ?? 1);
  const ready = tasks.filter(isRunning).length;
  const url = urls[name];
  return {
    name,
    state:
      ready >= wanted
        ? 'live'
        : tasks.some(({ Status }) => !ended.includes(Status.State))
          ? 'starting'
          : 'failed',
    version: labelOf(one, label.release) ?? null,
    replicas: { ready, wanted },
    restarts: tasks.filter(
      ({ Status, DesiredState }) =>
        ended.includes(Status.State) && DesiredState === 'shutdown' && Status.State !== 'shutdown',
    ).length,
    variables: observedVariables(
      one.Spec.TaskTemplate.ContainerSpec.Env ?? [],
      labelOf(one, label.fingerprints),
    ),
    ...(url !== undefined && { url }),
    deployment: one.Spec.Name,
  };
}

async function observedStores(
  site: Site,
  all: readonly EngineService[],
  tasks: ReadonlyMap<string, readonly EngineTask[]>,
): Promise<{ found: ObservedStore[]; foreign: Foreign[] }> {
  const found: ObservedStore[] = [];
  const foreign: Foreign[] = [];
  for (const { name, kind, url } of site.context.stores) {
    if (url) continue;
    const full = storeName(site.context, name);
    const service = all.find(({ Spec }) => Spec.Name === full) ?? (await serviceNamed(site, full));
    if (!service) continue;
    if (!isOurs(site, service)) {
      foreign.push({
        what: 'store',
        name,
        detail: `a service ${service.Spec.Name} is there that does not carry our labels`,
      });
      continue;
    }
    const to = site.context.settings.images[kind];
    const from = await imageOfStore(site, service);
    const running = (tasks.get(service.ID) ?? []).some(isRunning);
    found.push({
      name,
      kind,
      state: running ? 'live' : 'starting',
      provider: `${from} on ${site.info.Name || 'the server'}`,
      ...(isSameImage(from, to) ? {} : { upgrade: { from, to } }),
      ...(kind === 'mongodb' && { can: ['transactions'] as const }),
    });
  }
  return { found, foreign };
}

/** A host of the environment. */
interface Host {
  readonly host: string;
  readonly service: string;
  readonly seen: HostSeen;
}

async function seeHosts(
  { context: { settings }, lookup }: Site,
  byService: Readonly<Record<string, readonly string[]>>,
): Promise<Host[]> {
  const hosts = Object.entries(byService).flatMap(([service, all]) => all.map((host) => ({ service, host })));
  if (hosts.length === 0) return [];
  const server = await addressesOf(bareServerHost(settings), lookup);
  return Promise.all(
    hosts.map(async (one) => ({ ...one, seen: await seeHost(one.host, settings, server, lookup) })),
  );
}

async function observedDomains(site: Site, hosts: readonly Host[]): Promise<ObservedDomain[]> {
  const lacking = hosts.some(({ seen }) => seen.shake === null);
  const troubles: ReadonlyMap<string, string> = lacking ? await edgeTroubles(site) : new Map();
  const { ports } = site.context.settings;
  return hosts.map(({ host, service, seen }) => ({
    host,
    service,
    ...(areUsual(ports) ? {} : { ports }),
    records: seen.server.map((address) => recordOf(host, address)),
    ...certificateOf(seen, troubles.get(host)),
  }));
}

/** What has to be published so that a name leads to the server. */
const recordOf = (host: string, address: string): DnsRecord => ({
  type: isIP(address) === 6 ? 'AAAA' : 'A',
  host,
  value: address,
  ttl: 300,
  purpose: 'traffic',
});

export const serviceOf = (site: Site, service: string, version: string): Promise<EngineService | null> =>
  serviceNamed(site, serviceName(site.context, service, version));
