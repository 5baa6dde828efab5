import type { RecordedVariable, ReleaseRecord } from '../ledger/record.ts';
import type { Change } from '../model/change.ts';
import type { Foreign, Observed, ObservedService, StoreUpgrade } from '../model/observed.ts';
import type { Service, Variable } from '../model/service.ts';
import type { Store } from '../model/store.ts';
import type { Traits } from '../model/traits.ts';

/** What should be: a release's services and stores, and the environment's domains. */
export interface Wanted {
  readonly services: readonly Service[];
  readonly stores: readonly Store[];
  readonly domains: Readonly<Record<string, readonly string[]>>;
  readonly commit: string | null;
  readonly dirty: boolean;
}

/** Keyed fingerprint of a value. */
export type Fingerprint = (name: string, value: string) => string;

/** One line of a plan for people and for JSON. A secret never gets here: of it only keyed fingerprints do. */
export interface Difference {
  readonly what: 'release' | 'app' | 'store' | 'service' | 'replicas' | 'variable' | 'domain';
  /** `adopt`: it is there and somebody else's; `from` says what it is. */
  readonly action: 'add' | 'change' | 'remove' | 'adopt';
  readonly name: string;
  readonly service?: string;
  readonly from?: string;
  readonly to?: string;
  /** `from` and `to` are keyed fingerprints: the variable is a secret before or after, or nobody has said that it is none. */
  readonly secret?: true;
}

/** What a deploy will do, computed before anything happens. */
export interface Plan {
  /** Version that serves now. */
  readonly live: string | null;
  /** What becomes different. Empty: there is nothing to do. */
  readonly differences: readonly Difference[];
  /** What a deploy would have to take over, and nobody has said that it may: it is refused. */
  readonly foreign: readonly Foreign[];
  /** What is different from the release that serves, though no deploy made it so: changed by hand. */
  readonly drift: readonly Difference[];
  /** Stores that run as another version than the settings name. */
  readonly upgrades: readonly (StoreUpgrade & { readonly store: string })[];
  /** Applied before the new release starts. Holds values: never printed. */
  readonly before: readonly Change[];
  /** Removals, applied when the new release is proven. */
  readonly after: readonly Change[];
}

export interface PlanInput {
  readonly wanted: Wanted;
  readonly observed: Observed;
  /** The release that serves, as the ledger knows it. */
  readonly record: ReleaseRecord | undefined;
  readonly traits: Traits;
  readonly fingerprint: Fingerprint;
  /** Names of what may be taken over where it is somebody else's. Left out: nothing. */
  readonly adopt?: ReadonlySet<string>;
  /** Stores become the version that the settings name, and are away meanwhile. Left out: they stay as they are. */
  readonly upgradeStores?: boolean;
}

/** Computes the plan. Pure: the same input gives the same plan. */
export function planOf(input: PlanInput): Plan {
  const { wanted, observed, record, traits } = input;
  const services = wanted.services.map((service) => ({
    service,
    there: named(observed.services, service.name),
  }));
  const { foreign = [] } = observed;
  const isForeign = (what: Foreign['what'], name: string) =>
    foreign.some((each) => each.what === what && each.name === name);
  const mayAdopt = ({ name }: Foreign) => input.adopt?.has(name) ?? false;
  const newStores = wanted.stores.filter(
    ({ name }) => !named(observed.stores, name) && !isForeign('store', name),
  );
  const upgrades = wanted.stores.flatMap(({ name, url }) => {
    const upgrade = url === undefined && named(observed.stores, name)?.upgrade;
    return upgrade ? [{ store: name, ...upgrade }] : [];
  });
  const newServices = services
    .filter(({ service, there }) => !there && !isForeign('service', service.name))
    .map(({ service }) => service);
  const goneServices = observed.services.filter(({ name }) => !named(wanted.services, name));
  const variables = services.map(({ service, there }) => ({
    service,
    ...variableChanges(
      service,
      there,
      named(record?.services ?? [], service.name)?.variables ?? {},
      input.fingerprint,
    ),
  }));
  const hosts = Object.entries(wanted.domains).flatMap(([service, all]) =>
    all.map((host) => ({ service, host })),
  );
  const newHosts = hosts.filter(({ host }) => !observed.domains.some((domain) => domain.host === host));
  const goneHosts = observed.domains.filter(({ host }) => !hosts.some((each) => each.host === host));

  return {
    live: observed.live,
    differences: [
      ...releaseDifference(wanted, record, observed.live),
      ...foreign.map(({ what, name, detail }): Difference => ({ what, action: 'adopt', name, from: detail })),
      ...newStores.map(({ name }): Difference => ({ what: 'store', action: 'add', name })),
      ...(input.upgradeStores ? upgrades : []).map(
        ({ store, from, to }): Difference => ({ what: 'store', action: 'change', name: store, from, to }),
      ),
      ...newServices.map(({ name }): Difference => ({ what: 'service', action: 'add', name })),
      ...services.flatMap(({ service, there }) =>
        replicaDifference(service.name, there?.replicas.wanted, service.replicas),
      ),
      ...variables.flatMap(({ differences }) => differences),
      ...newHosts.map(
        ({ host, service }): Difference => ({ what: 'domain', action: 'add', name: host, service }),
      ),
      ...goneHosts.map(
        ({ host, service }): Difference => ({ what: 'domain', action: 'remove', name: host, service }),
      ),
      ...goneServices.map(({ name }): Difference => ({ what: 'service', action: 'remove', name })),
    ],
    foreign: foreign.filter((each) => !mayAdopt(each)),
    upgrades,
    drift: record ? driftOf(record, observed, wanted.services, input.fingerprint) : [],
    before: [
      ...foreign.filter(mayAdopt).map(({ what, name }): Change => ({ kind: 'adopt', what, name })),
      ...(input.upgradeStores ? upgrades : []).map((each): Change => ({ kind: 'upgrade', ...each })),
      ...(traits.selfContained
        ? []
        : [
            ...newStores
              .filter((store) => store.url === undefined && traits.stores.includes(store.kind))
              .map((store): Change => ({ kind: 'store', action: 'create', store })),
            ...newServices.map((service): Change => ({ kind: 'service', action: 'create', service })),
            ...variables
              .filter(({ differences }) => differences.length > 0)
              .map(
                ({ service, set, unset }): Change => ({
                  kind: 'variables',
                  service: service.name,
                  set,
                  unset,
                }),
              ),
          ]),
      ...newHosts.map(({ host, service }): Change => ({ kind: 'domain', action: 'create', service, host })),
    ],
    after: [
      ...goneHosts.map(({ host, service }): Change => ({ kind: 'domain', action: 'remove', service, host })),
      ...goneServices.map(
        ({ name }): Change => ({ kind: 'service', action: 'remove', service: onlyNamed(name) }),
      ),
    ],
  };
}

/** Whether a deploy of this plan takes something away that deploying again does not bring back. */
export const isDestructive = ({ after }: Plan): boolean => after.length > 0;

const named = <T extends { readonly name: string }>(list: readonly T[], name: string): T | undefined =>
  list.find((each) => each.name === name);

/** Working trees with changes are all different from what was deployed: nobody can tell that they are not. */
function releaseDifference(
  wanted: Wanted,
  record: ReleaseRecord | undefined,
  live: string | null,
): Difference[] {
  const to = `${wanted.commit?.slice(0, 12) ?? 'no commit'}${wanted.dirty ? ' + changes' : ''}`;
  if (live === null) return [{ what: 'release', action: 'add', name: 'release', to }];
  if (record && !wanted.dirty && !record.dirty && record.commit === wanted.commit) return [];
  const from = record
    ? `${record.commit?.slice(0, 12) ?? 'no commit'}${record.dirty ? ' + changes' : ''}`
    : live;
  return [{ what: 'release', action: 'change', name: 'release', from, to }];
}

const replicaDifference = (service: string, from: number | undefined, to: number): Difference[] =>
  from === undefined || from === to
    ? []
    : [{ what: 'replicas', action: 'change', name: service, service, from: String(from), to: String(to) }];

type Known = ObservedService['variables'][string];
type RecordedVariables = ReleaseRecord['services'][number]['variables'];

/** Variables that every target gives by itself; nobody wants or removes them. */
const given = (name: string) => name.startsWith('CONDUCTOR_') || name === 'PORT' || name === 'HOST';

/** Variables to set (new or different) and to unset. A reference that is there in any form is left: only the target can tell. */
function variableChanges(
  service: Service,
  there: ObservedService | undefined,
  recorded: RecordedVariables,
  fingerprint: Fingerprint,
) {
  const known = there?.variables ?? {};
  const set: Record<string, Variable> = {};
  const differences: Difference[] = [];
  for (const [name, variable] of Object.entries(service.variables)) {
    const to = sideOf(variable);
    const from = known[name];
    if (
      from !== undefined &&
      (to === undefined || print(name, from, fingerprint) === print(name, to, fingerprint))
    )
      continue;
    set[name] = variable;
    const isSecret = recorded[name]?.kind === 'secret';
    differences.push({
      what: 'variable',
      action: from === undefined ? 'add' : 'change',
      name,
      service: service.name,
      ...shown(name, { from, to }, isSecret, fingerprint),
    });
  }
  const unset = Object.keys(known).filter((name) => !(name in service.variables) && !given(name));
  for (const name of unset)
    differences.push({ what: 'variable', action: 'remove', name, service: service.name });
  return { set, unset, differences };
}

/** Of a variable, one side of a difference: the value of a plain one, the fingerprint of a secret. */
type Side = Known | { readonly value: string; readonly secret: true };

/** Undefined for a reference: its value is the target's. */
function sideOf(variable: Variable | RecordedVariable): Side | undefined {
  if (variable.kind !== 'plain' && variable.kind !== 'secret') return undefined;
  if ('fingerprint' in variable) return { fingerprint: variable.fingerprint };
  return variable.kind === 'secret' ? { value: variable.value, secret: true } : { value: variable.value };
}

const print = (name: string, side: Side, fingerprint: Fingerprint): string =>
  'fingerprint' in side ? side.fingerprint : fingerprint(name, side.value);

/** The values, where they are plain on both sides and nobody else calls them secret; else the fingerprints, and that it is a secret. */
function shown(
  name: string,
  sides: { readonly from?: Side | undefined; readonly to?: Side | undefined },
  isSecret: boolean,
  fingerprint: Fingerprint,
): Pick<Difference, 'from' | 'to' | 'secret'> {
  const both = Object.entries(sides).filter((entry): entry is [string, Side] => entry[1] !== undefined);
  if (both.length === 0) return {};
  const hides = isSecret || both.some(([, side]) => 'fingerprint' in side || 'secret' in side);
  const text = (side: Side) => (hides || 'fingerprint' in side ? print(name, side, fingerprint) : side.value);
  return {
    ...Object.fromEntries(both.map(([key, side]) => [key, text(side)])),
    ...(hides && { secret: true }),
  };
}

/** What the place has, compared with the release that was deployed there. */
function driftOf(
  record: ReleaseRecord,
  observed: Observed,
  wanted: readonly Service[],
  fingerprint: Fingerprint,
): Difference[] {
  const drift: Difference[] = [];
  for (const service of record.services) {
    const there = named(observed.services, service.name);
    if (!there) {
      drift.push({ what: 'service', action: 'remove', name: service.name });
      continue;
    }
    drift.push(...replicaDifference(service.name, service.replicas, there.replicas.wanted));
    const names = new Set([...Object.keys(service.variables), ...Object.keys(there.variables)]);
    for (const name of names) {
      if (given(name)) continue;
      const recorded = service.variables[name];
      const from = recorded && sideOf(recorded);
      const to = there.variables[name];
      const about = { what: 'variable', name, service: service.name } as const;
      // What somebody has put in by hand may be a secret: nobody has said that it is none.
      const isSecret = !recorded || named(wanted, service.name)?.variables[name]?.kind === 'secret';
      const values = () => shown(name, { from, to }, isSecret, fingerprint);
      if (!recorded) drift.push({ ...about, action: 'add', ...values() });
      else if (!to) drift.push({ ...about, action: 'remove', ...values() });
      else if (from && print(name, from, fingerprint) !== print(name, to, fingerprint))
        drift.push({ ...about, action: 'change', ...values() });
    }
  }
  return drift;
}

/** A service of which nothing but its name matters any more. */
const onlyNamed = (name: string): Service => ({
  name,
  root: '.',
  start: [],
  paths: [],
  replicas: 0,
  drain: 0,
  singleton: false,
  variables: {},
});
