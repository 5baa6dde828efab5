import type {
  DnsRecord,
  Observed,
  ObservedDomain,
  ObservedService,
  ObservedStore,
} from '../../model/observed.ts';
import type { TargetContext } from '../kind.ts';
import { keptBy, type Mark } from '../mark.ts';
import { isSurrounding } from '../variables.ts';
import { type AppSite, stateOf } from './app.ts';
import type { DigitalOceanSettings } from './index.ts';
import { ourComponents, variablesIn, versionOf } from './marks.ts';
import { type App, type AppDomain, type Component, operations } from './operations.ts';
import { fingerprintsOf, ourHosts } from './spec.ts';
import { lookForClusters, strangersAmong } from './stores.ts';

/** What the app is, in our words: the app itself, the health of its components, and the clusters. */
export async function observe(
  site: AppSite,
  context: TargetContext<DigitalOceanSettings>,
): Promise<Observed> {
  const seen = await site.look(0);
  const { app } = seen;
  const clusters = await lookForClusters({ app: site, context }, context.stores);
  const stores = observedStores(clusters, context);
  const foreign = [...site.strangers(seen, context.services), ...strangersAmong(clusters)];
  if (!app) return { live: null, services: [], stores, domains: [], foreign, urls: {} };
  const live = archived(app) ? null : versionOf(app.active_deployment?.spec, context);
  const hosts = ourHosts(context, app.spec);
  const health = app.active_deployment
    ? ((await site.rest(operations.health, { path: { app_id: app.id } })).app_health.components ?? [])
    : [];
  const urls = observedUrls(app, context);
  const services = ourComponents(app.spec, context).map((component): ObservedService => {
    const up = health.find(({ name }) => name === component.name);
    const url = urls[component.name];
    return {
      name: component.name,
      state: stateIn(app, up?.state),
      version: live,
      replicas: { ready: up?.replicas_ready ?? 0, wanted: component.instance_count ?? 1 },
      restarts: 0,
      variables: variablesOf(component, context),
      ...(url ? { url } : {}),
      ...(app.active_deployment ? { deployment: app.active_deployment.id } : {}),
    };
  });
  return {
    live,
    services,
    stores,
    domains: (app.domains ?? [])
      .filter(({ spec }) => hosts.has(spec.domain))
      .map((domain) => observedDomain(domain, app, context)),
    foreign,
    urls,
  };
}

/** Public addresses of the services, by our names: one for all of them. */
export function observedUrls(app: App | null, mark: Mark): Observed['urls'] {
  const url = app && publicUrl(app);
  if (!url) return {};
  const all = ourComponents(app.spec, mark).map(({ name }) => name);
  return Object.fromEntries(
    (app.spec.services ?? []).flatMap(({ name }) => (all.includes(name) ? [[name, url]] : [])),
  );
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
function variablesOf(
  component: Component,
  { services }: Pick<TargetContext, 'services'>,
): ObservedService['variables'] {
  const fingerprints = fingerprintsOf(component);
  const wanted = services.find(({ name }) => name === component.name);
  const theirs = keptBy(variablesIn(component), {}, wanted);
  return Object.fromEntries(
    (component.envs ?? [])
      .filter(({ key }) => !isSurrounding(key) && !theirs.has(key))
      .map(({ key, value = '', type }) => [
        key,
        type === 'SECRET' ? { fingerprint: fingerprints[key] ?? 'set by someone else' } : { value },
      ]),
  );
}

function observedStores(
  clusters: Awaited<ReturnType<typeof lookForClusters>>,
  { stores }: Pick<TargetContext, 'stores'>,
): ObservedStore[] {
  return stores.flatMap(({ name, kind }): ObservedStore[] => {
    const cluster = clusters.get(name)?.ours;
    if (!cluster) return [];
    const state = cluster.status === 'online' ? 'live' : 'starting';
    return [{ name, kind, state, provider: `managed ${cluster.engine}` }];
  });
}

/** The address that DigitalOcean calls the live one; its own of the app while that is a domain that it does not serve yet. */
function publicUrl({ live_url: live, default_ingress: own, domains }: App): string | undefined {
  if (!live) return undefined;
  const { hostname } = new URL(live);
  const isAhead = domains?.some(({ spec, phase }) => spec.domain === hostname && phase !== 'ACTIVE');
  return (isAhead && own) || live;
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
