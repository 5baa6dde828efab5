import type {
  Change,
  Observed,
  ObservedService,
  Service,
  Store,
  Traits,
  Variable,
} from '../targets/target.ts';

/** What should be: a release's services and stores, and the environment's domains. */
export interface Wanted {
  readonly services: readonly Service[];
  readonly stores: readonly Store[];
  readonly domains: Readonly<Record<string, readonly string[]>>;
}

/** Keyed fingerprint of a secret's value. */
export type Fingerprint = (name: string, value: string) => string;

/**
 * The changes that prepare a place for a release, in the order of being applied: stores, services, variables, domains, and what is
 * no longer wanted last. Pure: the same input gives the same changes.
 */
export function changesFor(
  wanted: Wanted,
  observed: Observed,
  traits: Traits,
  fingerprint: Fingerprint,
): Change[] {
  const has = (list: readonly { readonly name: string }[], name: string) =>
    list.some((each) => each.name === name);
  const hosts = Object.entries(wanted.domains).flatMap(([service, all]) =>
    all.map((host) => ({ service, host })),
  );
  const created: Change[] = [
    ...wanted.stores
      .filter((store) => !has(observed.stores, store.name))
      .filter((store) => store.url === undefined && traits.stores.includes(store.kind))
      .map((store): Change => ({ kind: 'store', action: 'create', store })),
    ...wanted.services
      .filter((service) => !has(observed.services, service.name))
      .map((service): Change => ({ kind: 'service', action: 'create', service })),
    ...wanted.services.flatMap((service): Change[] => {
      const there = observed.services.find(({ name }) => name === service.name);
      const { set, unset } = variableChanges(service, there, fingerprint);
      return Object.keys(set).length + unset.length === 0
        ? []
        : [{ kind: 'variables', service: service.name, set, unset }];
    }),
    ...hosts
      .filter(({ host }) => !observed.domains.some((domain) => domain.host === host))
      .map(({ host, service }): Change => ({ kind: 'domain', action: 'create', service, host })),
  ];
  const removed: Change[] = [
    ...observed.domains
      .filter(({ host }) => !hosts.some((each) => each.host === host))
      .map(({ host, service }): Change => ({ kind: 'domain', action: 'remove', service, host })),
    ...observed.services
      .filter(({ name }) => !has(wanted.services, name))
      .map((service): Change => ({ kind: 'service', action: 'remove', service: onlyNamed(service.name) })),
  ];
  return [...created, ...removed];
}

/** Variables to set (new or different) and to unset. A reference that is there in any form is left: only the target can tell. */
function variableChanges(service: Service, there: ObservedService | undefined, fingerprint: Fingerprint) {
  const known = there?.variables ?? {};
  const set = Object.fromEntries(
    Object.entries(service.variables).filter(([name, variable]) =>
      differs(name, variable, known[name], fingerprint),
    ),
  );
  return { set, unset: Object.keys(known).filter((name) => !(name in service.variables)) };
}

function differs(
  name: string,
  variable: Variable,
  there: ObservedService['variables'][string] | undefined,
  fingerprint: Fingerprint,
): boolean {
  if (!there) return true;
  if (variable.kind === 'plain') return !('value' in there) || there.value !== variable.value;
  if (variable.kind === 'secret') {
    return !('fingerprint' in there) || there.fingerprint !== fingerprint(name, variable.value);
  }
  return false;
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
