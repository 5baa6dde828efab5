import type {
  Foreign,
  Observed,
  ObservedDomain,
  ObservedService,
  ObservedStore,
} from '../../model/observed.ts';
import type { State } from '../../model/state.ts';
import type { TargetContext } from '../kind.ts';
import { liveOf } from '../live.ts';
import { keptBy } from '../mark.ts';
import { recall, versionOf } from '../memory.ts';
import { publicAddress } from '../public-address.ts';
import { isSurrounding } from '../variables.ts';
import { readingOf } from './deployments.ts';
import type { RenderSettings } from './index.ts';
import { noticeIn } from './maintenance.ts';
import type { RenderDeploy, RenderDomain, RenderService } from './operations.ts';
import { isReplicaSet, lookForKeyValue, strangeKeyValue } from './stores.ts';
import type { RenderState, Workspace } from './workspace.ts';

/**
 * What Render has now, in our words: one request for all services, two for each, one for redis, one for each service with domains.
 */
export async function observe(
  workspace: Workspace,
  context: TargetContext<RenderSettings>,
  ours: (name: string) => boolean,
): Promise<Observed> {
  const state = await workspace.read(ours, 0);
  const services: ObservedService[] = [];
  const domains: ObservedDomain[] = [];
  for (const [name, { service }] of state.services) {
    const wanted = context.domains[name];
    const custom = wanted ? await workspace.domains(service.id, 0) : [];
    services.push(observedService(name, state, await workspace.deploys(service.id, 0), custom, context));
    if (!wanted) continue;
    for (const customDomain of custom) {
      // With example.com Render takes www.example.com too, and the other way round: nobody's to remove, nor to publish.
      if (customDomain.redirectForName && !wanted.includes(customDomain.name)) continue;
      domains.push(observedDomain(name, service, customDomain));
    }
  }
  const stores = await observedStores(workspace, context);
  return {
    live: liveOf(services),
    services,
    stores: stores.found,
    domains,
    foreign: [
      ...workspace.foreign([...context.services, ...context.stores].map(({ name }) => name)),
      ...stores.foreign,
    ],
    maintenance: noticeIn([...state.services.values()].map(({ service }) => service)),
    urls: Object.fromEntries(services.flatMap(({ name, url }) => (url ? [[name, url]] : []))),
  };
}

/** Public addresses of the services, by our names: one request for all of them, and one for each with domains. */
export async function observedUrls(
  workspace: Workspace,
  context: TargetContext<RenderSettings>,
  ours: (name: string) => boolean,
): Promise<Observed['urls']> {
  const urls: Record<string, string> = {};
  for (const [name, service] of await workspace.list(0)) {
    if (!ours(name)) continue;
    const custom = context.domains[name] ? await workspace.domains(service.id, 0) : [];
    const url = urlOf(name, service, custom, context);
    if (url) urls[name] = url;
  }
  return urls;
}

function urlOf(
  name: string,
  { type, serviceDetails }: RenderService,
  custom: readonly RenderDomain[],
  { domains }: Pick<TargetContext, 'domains'>,
): string | undefined {
  const isServed = (host: string) =>
    custom.some((one) => one.name === host && one.verificationStatus === 'verified');
  return type === 'web_service' ? publicAddress(domains[name], isServed, serviceDetails.url) : undefined;
}

function observedService(
  name: string,
  { services, memory }: RenderState,
  deploys: readonly RenderDeploy[],
  custom: readonly RenderDomain[],
  context: TargetContext<RenderSettings>,
): ObservedService {
  const { service, variables } = services.get(name)!;
  const suspended = service.suspended === 'suspended';
  const newest = [...deploys].sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
  const live = suspended ? undefined : deploys.find(({ status }) => status === 'live');
  const state: State = live ? 'live' : newest && !suspended ? readingOf(newest).state : 'pending';
  const wanted = service.serviceDetails.numInstances ?? 1;
  const url = urlOf(name, service, custom, context);
  const { variables: remembered } = recall(memory, name);
  const theirs = keptBy(
    variables,
    remembered,
    context.services.find((one) => one.name === name),
  );
  return {
    name,
    state,
    version: versionOf(memory, name, live?.id ?? null),
    // Render counts a deploy as live when all its instances are up, and tells no number.
    replicas: { ready: live ? wanted : 0, wanted },
    restarts: 0,
    variables: Object.fromEntries(
      Object.entries(variables)
        .filter(([key]) => !isSurrounding(key) && !theirs.has(key))
        .map(([key, value]) => [
          key,
          remembered[key] === null ? { value } : { fingerprint: context.fingerprint(key, value) },
        ]),
    ),
    ...(url ? { url } : {}),
    ...(live ? { deployment: live.id } : {}),
  };
}

async function observedStores(
  workspace: Workspace,
  context: TargetContext<RenderSettings>,
): Promise<{ readonly found: ObservedStore[]; readonly foreign: Foreign[] }> {
  const found: ObservedStore[] = [];
  const foreign: Foreign[] = [];
  for (const store of context.stores) {
    if (store.url) continue;
    if (store.kind === 'redis') {
      const { ours, stranger } = await lookForKeyValue({ workspace, context }, store, 0);
      const state: State = ours?.status === 'available' ? 'live' : 'starting';
      if (stranger) foreign.push(strangeKeyValue(store.name, stranger));
      if (ours) found.push({ name: store.name, kind: 'redis', state, provider: 'Render Key Value' });
    } else {
      const service = workspace.listed(store.name);
      if (!service) continue;
      const can = isReplicaSet(service) ? (['transactions'] as const) : [];
      const provider = `${service.imagePath ?? 'mongo'} on a disk`;
      found.push({ name: store.name, kind: 'mongodb', state: 'live', provider, can });
    }
  }
  return { found, foreign };
}

/** Render tells no records: a name under a domain is a CNAME to the service's address, the domain itself an ALIAS. */
function observedDomain(
  name: string,
  service: RenderService,
  { name: host, domainType, verificationStatus }: RenderDomain,
): ObservedDomain {
  const verified = verificationStatus === 'verified';
  return {
    host,
    service: name,
    records: service.serviceDetails.url
      ? [
          {
            type: domainType === 'apex' ? 'ALIAS' : 'CNAME',
            host,
            value: new URL(service.serviceDetails.url).host,
            ttl: 300,
            purpose: 'traffic',
          },
        ]
      : [],
    certificate: verified ? 'unknown' : 'pending',
    detail: verified ? 'Render says nothing of its certificate' : 'Render has not seen the DNS record yet',
  };
}
