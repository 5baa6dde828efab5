import type { Observed, ObservedService, ObservedStore } from '../../model/observed.ts';
import type { TargetContext } from '../kind.ts';
import { liveOf } from '../live.ts';
import { recall, versionOf } from '../memory.ts';
import { addressOf, type Fingerprint, isSurrounding } from '../variables.ts';
import { readingOf } from './deployments.ts';
import { observedDomain } from './domains.ts';
import type { RailwayService, RailwayState } from './environment.ts';
import type { RailwaySettings } from './index.ts';
import { mongoCan } from './mongo.ts';
import { replicasOf } from './placement.ts';
import { findStore } from './store-names.ts';

/** What Railway has, in our words. Services that are not ours are left out: nobody shall plan to remove them. */
export function observe(state: RailwayState | null, context: TargetContext<RailwaySettings>): Observed {
  if (!state) return { live: null, services: [], stores: [], domains: [], urls: {} };
  const ours = state.services.filter(
    ({ name }) => name in state.memory.services || context.services.some((service) => service.name === name),
  );
  const services = ours.map((service) => observedService(service, state, context));
  return {
    live: liveOf(services),
    services,
    stores: context.stores.flatMap((store): ObservedStore[] => {
      if (store.url) return [];
      const service = findStore(state.services, store);
      if (!service) return [];
      const provider =
        typeof service.config?.source?.image === 'string' ? service.config.source.image : 'railway';
      const can = store.kind === 'mongodb' ? { can: mongoCan(service) } : {};
      return [{ name: store.name, kind: store.kind, state: stateOf(service), provider, ...can }];
    }),
    domains: ours.flatMap((service) =>
      service.customDomains.map((domain) => observedDomain(service.name, domain)),
    ),
    urls: Object.fromEntries(
      ours.flatMap((service) => {
        const url = urlOf(service, context);
        return url ? [[service.name, url]] : [];
      }),
    ),
  };
}

function observedService(
  service: RailwayService,
  { memory }: RailwayState,
  context: TargetContext<RailwaySettings>,
): ObservedService {
  const active = service.active.find((one) => readingOf(one).state === 'live');
  const running = active?.instances.filter(({ status }) => status === 'RUNNING').length ?? 0;
  const url = urlOf(service, context);
  return {
    name: service.name,
    state: stateOf(service),
    version: versionOf(memory, service.name, active?.id ?? null),
    replicas: { ready: running, wanted: replicasOf(service.config) },
    restarts: 0,
    variables: variablesOf(service, recall(memory, service.name).variables, context.fingerprint),
    ...(url ? { url } : {}),
  };
}

function stateOf(service: RailwayService): ObservedService['state'] {
  const readings = service.active.map(readingOf);
  if (readings.some(({ state }) => state === 'live')) return 'live';
  return service.latest ? readingOf(service.latest).state : 'pending';
}

/** A variable that we have written as a secret is never given out, not even where someone has unsealed it. */
function variablesOf(
  { config }: RailwayService,
  remembered: Readonly<Record<string, string | null>>,
  fingerprint: Fingerprint,
): ObservedService['variables'] {
  const entries = Object.entries(config?.variables ?? {}).filter(([name]) => !isSurrounding(name));
  return Object.fromEntries(
    entries.flatMap(([name, variable]) => {
      if (!variable) return [];
      if (variable.isSealed) return [[name, { fingerprint: remembered[name] ?? 'sealed' }]];
      const value = variable.value ?? '';
      const plain = remembered[name] === null || value.startsWith('${{');
      return [[name, plain ? { value } : { fingerprint: fingerprint(name, value) }]];
    }),
  );
}

function urlOf(service: RailwayService, context: TargetContext<RailwaySettings>): string | undefined {
  const own = context.domains[service.name]?.find((host) =>
    service.customDomains.some(({ domain }) => domain === host),
  );
  const host = own ?? service.serviceDomains[0];
  return host ? addressOf(host) : undefined;
}
