import type {
  DnsRecord,
  Observed,
  ObservedDomain,
  ObservedService,
  ObservedStore,
} from '../../model/observed.ts';
import type { TargetContext } from '../kind.ts';
import { isSurrounding } from '../variables.ts';
import { type AppSite, stateOf } from './app.ts';
import type { DigitalOceanSettings } from './index.ts';
import { type App, type AppDomain, type Component, operations } from './operations.ts';
import { clusterName, fingerprintsOf, ourComponents, versionOf } from './spec.ts';

/** What the app is, in our words: the app itself, the health of its components, and the clusters. */
export async function observe(
  site: AppSite,
  context: TargetContext<DigitalOceanSettings>,
): Promise<Observed> {
  const app = await site.read();
  const stores = await observedStores(site, context);
  if (!app) return { live: null, services: [], stores, domains: [], urls: {} };
  const health = app.active_deployment
    ? ((await site.rest(operations.health, { path: { app_id: app.id } })).app_health.components ?? [])
    : [];
  const url = app.live_url ?? undefined;
  const services = ourComponents(app.spec).map((component): ObservedService => {
    const up = health.find(({ name }) => name === component.name);
    const isPublic = app.spec.services?.some(({ name }) => name === component.name);
    return {
      name: component.name,
      state: stateIn(app, up?.state),
      version: archived(app) ? null : versionOf(app.active_deployment?.spec),
      replicas: { ready: up?.replicas_ready ?? 0, wanted: component.instance_count ?? 1 },
      restarts: 0,
      variables: variablesOf(component),
      ...(isPublic && url ? { url } : {}),
    };
  });
  return {
    live: archived(app) ? null : versionOf(app.active_deployment?.spec),
    services,
    stores,
    domains: (app.domains ?? []).map((domain) => observedDomain(domain, app, context)),
    urls: Object.fromEntries(services.flatMap((one) => (one.url ? [[one.name, one.url]] : []))),
  };
}

const archived = ({ spec }: App): boolean =>
  (spec.maintenance as { archive?: boolean } | undefined)?.archive === true;

function stateIn(app: App, health: string | undefined): ObservedService['state'] {
  if (archived(app)) return 'stopped';
  if (app.active_deployment) return health === 'UNHEALTHY' ? 'failed' : 'live';
  const newest = app.pending_deployment ?? app.in_progress_deployment;
  return newest ? stateOf(newest.phase) : 'pending';
}

/** Of a secret only the fingerprint is known, from when it was written. */
function variablesOf(component: Component): ObservedService['variables'] {
  const fingerprints = fingerprintsOf(component);
  return Object.fromEntries(
    (component.envs ?? [])
      .filter(({ key }) => !isSurrounding(key))
      .map(({ key, value = '', type }) => [
        key,
        type === 'SECRET' ? { fingerprint: fingerprints[key] ?? 'set by someone else' } : { value },
      ]),
  );
}

async function observedStores(
  site: AppSite,
  context: TargetContext<DigitalOceanSettings>,
): Promise<ObservedStore[]> {
  const { databases } = await site.rest(operations.clusters);
  return context.stores.flatMap((store): ObservedStore[] => {
    const cluster = databases?.find(({ name }) => name === clusterName(context, store));
    if (store.url || !cluster) return [];
    const state = cluster.status === 'online' ? 'live' : 'starting';
    return [{ name: store.name, kind: store.kind, state, provider: `managed ${cluster.engine}` }];
  });
}

function observedDomain(
  { phase, spec: { domain: host }, validations, certificate_expires_at: expires }: AppDomain,
  { default_ingress: ingress }: App,
  context: TargetContext<DigitalOceanSettings>,
): ObservedDomain {
  const service = Object.entries(context.domains).find(([, hosts]) => hosts.includes(host))?.[0] ?? '';
  const traffic: DnsRecord[] = ingress
    ? [
        {
          type: host.split('.').length === 2 ? 'ALIAS' : 'CNAME',
          host,
          value: new URL(ingress).host,
          ttl: 300,
          purpose: 'traffic',
        },
      ]
    : [];
  const proofs = (validations ?? []).flatMap(({ txt_name, txt_value }): DnsRecord[] =>
    txt_name && txt_value
      ? [{ type: 'TXT', host: txt_name, value: txt_value, ttl: 300, purpose: 'certificate' }]
      : [],
  );
  const certificate = phase === 'ACTIVE' ? 'valid' : phase === 'ERROR' ? 'failed' : 'pending';
  return {
    host,
    service,
    records: [...traffic, ...proofs],
    certificate,
    detail: expires ? `${phase}, certificate until ${expires}` : phase,
  };
}
