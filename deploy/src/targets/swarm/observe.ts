import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type {
  DnsRecord,
  Foreign,
  Observed,
  ObservedDomain,
  ObservedService,
  ObservedStore,
} from '../../model/observed.ts';
import type { Table } from '../../switch/protocol.ts';
import { publicAddress } from '../public-address.ts';
import { hasCertificate, hostsOf, serverHost, serverUrl } from './addresses.ts';
import { hostsIn, readHosts } from './edge.ts';
import { observedVariables } from './environment.ts';
import { label, serviceName, storeName, switchName } from './names.ts';
import type { EngineService, EngineTask } from './operations.ts';
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
  const domains = await observedDomains(site, hostsIn(front));
  const urls = urlsOf(site, table, domains);
  const services: ObservedService[] = [];
  for (const one of all) {
    if (labelOf(one, label.role) !== 'service' || labelOf(one, label.release) !== table?.release) continue;
    services.push(observedService(one, tasks.get(one.ID) ?? [], urls));
  }
  const { found, foreign } = await observedStores(site, all, tasks);
  return {
    live: table?.release ?? null,
    services: services.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    stores: found,
    domains,
    foreign,
    maintenance,
    urls,
  };
}

export async function observedUrls(site: Site): Promise<Observed['urls']> {
  const table = await readTable(site);
  return urlsOf(site, table, await observedDomains(site, await readHosts(site)));
}

/** Public addresses of what the switch leads to: by a host that has its certificate, else by the server's own address. */
function urlsOf(
  { context }: Site,
  table: Table | null,
  domains: readonly ObservedDomain[],
): Observed['urls'] {
  const { settings } = context;
  const https = settings.ports.https === 443 ? '' : `:${settings.ports.https}`;
  const isServed = (host: string) => domains.some((one) => one.host === host && one.certificate === 'valid');
  return Object.fromEntries(
    [...new Set((table?.services ?? []).map(({ service }) => service))].flatMap((service) => {
      const url = publicAddress(hostsOf(service, context.domains), isServed, serverUrl(settings));
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
    const running = (tasks.get(service.ID) ?? []).some(isRunning);
    found.push({
      name,
      kind,
      state: running ? 'live' : 'starting',
      provider: `${site.context.settings.images[kind]} on ${site.info.Name || 'the server'}`,
      ...(kind === 'mongodb' && { can: ['transactions'] as const }),
    });
  }
  return { found, foreign };
}

async function observedDomains(
  site: Site,
  byService: Readonly<Record<string, readonly string[]>>,
): Promise<ObservedDomain[]> {
  const { settings } = site.context;
  const hosts = Object.entries(byService).flatMap(([service, all]) => all.map((host) => ({ service, host })));
  if (hosts.length === 0) return [];
  const records = await recordsOf(serverHost(settings));
  return Promise.all(
    hosts.map(async ({ service, host }): Promise<ObservedDomain> => {
      const valid = await hasCertificate(host, settings);
      return {
        host,
        service,
        records: records.map((record) => ({ ...record, host })),
        certificate: valid ? 'valid' : 'pending',
        ...(valid
          ? {}
          : {
              detail: 'the server has no certificate for it yet; it gets one as soon as the name leads to it',
            }),
      };
    }),
  );
}

/** What has to be published so that a name leads to the server. */
async function recordsOf(server: string): Promise<Omit<DnsRecord, 'host'>[]> {
  const bare = server.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(bare) ? [{ address: bare }] : await lookup(bare, { all: true }).catch(() => []);
  return addresses.map(({ address }) => ({
    type: isIP(address) === 6 ? 'AAAA' : 'A',
    value: address,
    ttl: 300,
    purpose: 'traffic',
  }));
}

export const serviceOf = (site: Site, service: string, version: string): Promise<EngineService | null> =>
  serviceNamed(site, serviceName(site.context, service, version));
