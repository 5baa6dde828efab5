import type { Observed, ObservedService, ObservedStore } from '../../model/observed.ts';
import type { Service } from '../../model/service.ts';
import type { Store } from '../../model/store.ts';
import type { TargetContext } from '../kind.ts';
import { liveOf } from '../live.ts';
import { keptBy, keptVariable } from '../mark.ts';
import { recall, versionOf } from '../memory.ts';
import { publicAddress } from '../public-address.ts';
import { addressOf, type Fingerprint, isSurrounding } from '../variables.ts';
import { readingOf } from './deployments.ts';
import { isServed, observedDomain } from './domains.ts';
import type { RailwayService, RailwayState } from './environment.ts';
import type { RailwaySettings } from './index.ts';
import { mongoCan } from './mongo.ts';
import { carriesMark, foreignIn, foreignProject, isOurStore } from './ownership.ts';
import { replicasOf } from './placement.ts';
import { fileVariables } from './static-files.ts';
import { findStore } from './store-names.ts';

/** What Railway has, in our words. Services that are not ours are left out: nobody shall plan to remove them. */
export function observe(
  state: RailwayState | null,
  context: TargetContext<RailwaySettings>,
  ownToken = false,
): Observed {
  if (!state) return { live: null, services: [], stores: [], domains: [], urls: {} };
  const ours = state.services.filter(
    (service) =>
      carriesMark(service, context) &&
      (service.name in state.memory.services || context.services.some(({ name }) => name === service.name)),
  );
  const services = ours.map((service) => observedService(service, state, context));
  return {
    live: liveOf(services),
    services,
    stores: context.stores.flatMap((store): ObservedStore[] => {
      if (store.url) return [];
      const service = findStore(state.services, store);
      return service && isOurStore(state, service, context) ? [observedStore(store, service)] : [];
    }),
    foreign: [
      ...(ownToken ? [] : foreignProject(state, context)),
      ...foreignIn(state, context.services, context.stores, context).map((foreign) => {
        const store = context.stores.find(({ name }) => foreign.what === 'store' && name === foreign.name);
        const service = store && findStore(state.services, store);
        return service ? { ...foreign, store: observedStore(store, service) } : foreign;
      }),
    ],
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

function observedStore({ name, kind }: Store, service: RailwayService): ObservedStore {
  const { image } = service.config?.source ?? {};
  const can = kind === 'mongodb' ? { can: mongoCan(service) } : {};
  return {
    name,
    kind,
    state: stateOf(service),
    provider: typeof image === 'string' ? image : 'railway',
    ...can,
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
    variables: variablesOf(
      service,
      recall(memory, service.name).variables,
      context.fingerprint,
      context.services.find(({ name }) => name === service.name),
    ),
    ...(url ? { url } : {}),
    ...(active ? { deployment: active.id } : {}),
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
  wanted: Service | undefined,
): ObservedService['variables'] {
  const theirs = keptBy(
    { [keptVariable]: config?.variables?.[keptVariable]?.value ?? undefined },
    remembered,
    wanted,
  );
  const ofFiles = wanted ? fileVariables(wanted) : {};
  const entries = Object.entries(config?.variables ?? {}).filter(
    ([name]) => !isSurrounding(name) && !theirs.has(name) && !(name in ofFiles),
  );
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
  const own = service.serviceDomains[0];
  return publicAddress(
    context.domains[service.name],
    (host) => service.customDomains.some((custom) => custom.domain === host && isServed(custom)),
    own && addressOf(own),
  );
}
