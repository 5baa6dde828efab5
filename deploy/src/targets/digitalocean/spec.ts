import { ConductorError, exitCode } from '../../errors.ts';
import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import type { Store } from '../../model/store.ts';
import type { TargetContext } from '../kind.ts';
import { keptBy, keptVariable } from '../mark.ts';
import { commandLine, imageStart } from '../shell-words.ts';
import { isSurrounding, port, type Render, type Rendered, renderService } from '../variables.ts';
import type { DigitalOceanSettings } from './index.ts';
import { componentOf, isOurs, ourComponents, variablesIn } from './marks.ts';
import { appName } from './names.ts';
import type { Component, Rule, Spec } from './operations.ts';

/** Fingerprints of the secrets of a component, by name: DigitalOcean shows a secret only as `EV[…]`. */
const fingerprintsVariable = 'CONDUCTOR_FINGERPRINTS';
/** Host names that we have given to a component, with spaces between: the others of the app are somebody else's. */
const domainsVariable = 'CONDUCTOR_DOMAINS';
/** Fields of our components that we never set, and people do. */
const fieldsOfOthers = ['alerts', 'log_destinations'] as const;

const registries: Readonly<Record<string, string>> = {
  'ghcr.io': 'GHCR',
  'docker.io': 'DOCKER_HUB',
  'registry.digitalocean.com': 'DOCR',
};

/** `ghcr.io/owner/name@sha256:…` as DigitalOcean takes it. Fails for an image that it cannot run. */
export function imageSource(service: Pick<Service, 'name' | 'image'>, credentials: string | undefined) {
  const problem = (message: string) =>
    new ConductorError({
      code: 'digitalocean.image',
      message,
      hint: 'DigitalOcean cannot deploy a repository at an exact commit, so each service needs an `image` by digest on ghcr.io, docker.io or registry.digitalocean.com.',
      exit: exitCode.usage,
    });
  if (!service.image) throw problem(`${service.name} has no image.`);
  const match = /^([^/]+)\/(?:(.+)\/)?([^/@]+)@(sha256:[0-9a-f]{64})$/.exec(service.image);
  if (!match) throw problem(`The image of ${service.name}, ${service.image}, is not named by its digest.`);
  const [, host, owner, repository, digest] = match;
  const type = registries[host!];
  if (!type) throw problem(`The image of ${service.name} is on ${host}, which DigitalOcean does not know.`);
  return {
    registry_type: type,
    // Its own registry belongs to the account, so it is not named.
    ...(type === 'DOCR' ? {} : { registry: owner ?? 'library' }),
    repository:
      type === 'DOCR' && owner?.includes('/')
        ? `${owner.split('/').slice(1).join('/')}/${repository}`
        : repository,
    digest,
    ...(credentials && type !== 'DOCR' ? { registry_credentials: credentials } : {}),
  };
}

/** References in DigitalOcean's own syntax, bound when a deployment starts. One app has one address. */
export const bindable =
  (context: TargetContext<DigitalOceanSettings>, stores: readonly Store[]): Render =>
  (variable) => {
    if (variable.kind === 'store') {
      const store = stores.find(({ name }) => name === variable.store);
      if (!store) throw new Error(`the release has no store "${variable.store}"`);
      return store.url
        ? { value: store.url, secret: true }
        : { value: `\${${store.name}.DATABASE_URL}`, secret: false };
    }
    const host = context.domains[variable.service]?.[0];
    if (host) return { value: variable.property === 'url' ? `https://${host}` : host, secret: false };
    return { value: variable.property === 'url' ? `\${APP_URL}` : `\${APP_DOMAIN}`, secret: false };
  };

const health = ({ health, paths }: Service) => {
  if (!health) return {};
  const check = {
    http_path: health.path,
    port,
    period_seconds: 10,
    timeout_seconds: 5,
    success_threshold: 1,
  };
  const tries = Math.max(1, Math.ceil(health.deadline / 10));
  return paths.length > 0
    ? { health_check: { ...check, failure_threshold: tries } }
    : {
        liveness_health_check: {
          ...check,
          initial_delay_seconds: Math.min(3600, Math.round(health.deadline)),
          failure_threshold: 3,
        },
      };
};

const clamp = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.round(value)));

interface Made {
  readonly component: Component;
  readonly service: Service;
}

/**
 * The whole spec of the app for a release. What others have put into the app stays: components without our mark that nobody has adopted,
 * their rules and domains, and every field of the spec that is not ours. Secrets that have not changed are sent back as they came, encrypted.
 */
export function specFor(
  context: TargetContext<DigitalOceanSettings>,
  release: Release,
  services: readonly Service[],
  options: {
    readonly there: Spec | null;
    readonly proven: boolean;
    readonly credentials: string | undefined;
    /** Names of components of others that may be taken over. */
    readonly adopted: ReadonlySet<string>;
    /** Names of the clusters of the stores, by our names. */
    readonly clusters: ReadonlyMap<string, string>;
  },
): Spec {
  const { there, proven, credentials, adopted, clusters } = options;
  const { settings } = context;
  const render = bindable(context, release.stores);
  const all = services.map((service): Made => {
    const image = imageSource(service, credentials);
    const before = componentOf(there, service.name);
    return {
      service,
      component: {
        ...Object.fromEntries(
          fieldsOfOthers.flatMap((field) => (before && field in before ? [[field, before[field]]] : [])),
        ),
        name: service.name,
        image,
        ...(imageStart(service).length > 0 && { run_command: commandLine(imageStart(service)) }),
        instance_count: service.replicas,
        instance_size_slug: settings.size,
        envs: variablesOf(
          service,
          { ...renderService(context, release, service, render), ...hostsOf(context, service) },
          before,
          context,
        ),
        ...health(service),
        ...(service.paths.length > 0
          ? {
              http_port: port,
              termination: {
                drain_seconds: clamp(service.drain, 1, 110),
                grace_period_seconds: clamp(service.drain, 1, 600),
              },
            }
          : { termination: { grace_period_seconds: clamp(service.drain, 1, 600) } }),
      },
    };
  });
  const isPublic = ({ service }: Made) => service.paths.length > 0;
  const component = (made: Made) => made.component;
  const others = <One extends { readonly name: string }>(list: readonly One[] | undefined): One[] =>
    (list ?? []).filter((one) => !isOurs(one, context) && !adopted.has(one.name));
  return {
    ...there,
    maintenance: undefined,
    // What exists keeps its name and place.
    name: there?.name ?? appName(context),
    region: there?.region ?? settings.region,
    services: [...others(there?.services), ...all.filter(isPublic).map(component)],
    workers: [...others(there?.workers), ...all.filter((made) => !isPublic(made)).map(component)],
    jobs: [...others(there?.jobs), ...(proven ? [] : jobs(release, all))],
    ...(there?.static_sites && { static_sites: others(there.static_sites) }),
    ...(there?.functions && { functions: others(there.functions) }),
    databases: databases(release.stores, there, clusters),
    ingress: { ...there?.ingress, rules: rules(services, there, context) },
    domains: domains(context, there),
  };
}

/** The release task, with image and variables of its service. */
function jobs({ task: wanted }: Release, all: readonly Made[]): Component[] {
  const made = all.find(({ service }) => service.name === wanted?.service);
  if (!wanted || !made) return [];
  const { image, envs = [] } = made.component;
  return [
    {
      name: `${made.component.name}-release`,
      kind: 'PRE_DEPLOY',
      image,
      run_command: commandLine(wanted.command),
      instance_count: 1,
      instance_size_slug: made.component.instance_size_slug,
      envs,
    },
  ];
}

/** Ours, and those of others. Those for one host first, then long prefixes: the first rule that fits takes the request. */
function rules(services: readonly Service[], there: Spec | null, context: TargetContext): Rule[] {
  const names = new Set([...services, ...ourComponents(there, context)].map(({ name }) => name));
  const others = (there?.ingress?.rules ?? []).filter(({ component }) => !names.has(component?.name ?? ''));
  const ours = services.flatMap(({ name, paths }) =>
    paths.map(
      (prefix): Rule => ({
        match: { path: { prefix } },
        // The published schema calls it a string here; the live API and its own client take yes or no.
        component: { name, preserve_path_prefix: true },
      }),
    ),
  );
  const ofOneHost = ({ match }: Rule) => (match?.authority ? 1 : 0);
  const length = ({ match }: Rule) => match?.path?.prefix?.length ?? 0;
  return [...ours, ...others].sort((a, b) => ofOneHost(b) - ofOneHost(a) || length(b) - length(a));
}

const engines = { mongodb: 'MONGODB', redis: 'VALKEY' } as const;

function databases(
  stores: readonly Store[],
  there: Spec | null,
  clusters: ReadonlyMap<string, string>,
): NonNullable<Spec['databases']> {
  const ours = stores
    .filter(({ url }) => !url)
    .map((store) => ({
      ...there?.databases?.find(({ name }) => name === store.name),
      name: store.name,
      engine: engines[store.kind],
      production: true,
      cluster_name: clusters.get(store.name)!,
    }));
  const others = (there?.databases ?? []).filter(({ name }) => !stores.some((store) => store.name === name));
  return [...others, ...ours];
}

/** Host names in an app that we have given to it, now or before. Earlier versions have not written down which those are. */
export const ourHosts = (context: TargetContext, there: Spec | null): ReadonlySet<string> =>
  new Set([
    ...Object.values(context.domains).flat(),
    ...ourComponents(there, context).flatMap(
      (one) => variablesIn(one)[domainsVariable]?.split(' ').filter(Boolean) ?? [],
    ),
  ]);

function hostsOf({ domains }: TargetContext, { name }: Service): Record<string, Rendered> {
  const hosts = domains[name] ?? [];
  return hosts.length > 0 ? { [domainsVariable]: { value: hosts.join(' '), secret: false } } : {};
}

/** Ours and those of others. An app has one primary host: where others have chosen it, ours come beside it. */
function domains(context: TargetContext, there: Spec | null): Spec['domains'] {
  const ours = ourHosts(context, there);
  const others = (there?.domains ?? []).filter(({ domain }) => !ours.has(domain));
  const taken = others.some(({ type }) => type === 'PRIMARY');
  const wanted = Object.values(context.domains)
    .flat()
    .map((domain, i) => ({
      minimum_tls_version: '1.2',
      ...there?.domains?.find((one) => one.domain === domain),
      domain,
      type: i === 0 && !taken ? 'PRIMARY' : 'ALIAS',
    }));
  return others.length + wanted.length > 0 ? [...wanted, ...others] : undefined;
}

/**
 * Variables of a component. A secret that has not changed goes back as `EV[…]`; plain text would start a deployment anew. Where the
 * component was adopted, those that others have set stay.
 */
function variablesOf(
  service: Service,
  rendered: Readonly<Record<string, Rendered>>,
  there: Component | undefined,
  context: TargetContext,
): NonNullable<Component['envs']> {
  const { fingerprint } = context;
  const fingerprints = fingerprintsOf(there);
  const next: Record<string, string> = {};
  const envs = Object.entries(rendered).map(([key, { value, secret }]) => {
    if (!secret) return { key, value, scope: 'RUN_TIME', type: 'GENERAL' };
    next[key] = fingerprint(key, value);
    const encrypted = there?.envs?.find((one) => one.key === key && one.type === 'SECRET')?.value;
    const unchanged = fingerprints[key] === next[key] && encrypted?.startsWith('EV[');
    return { key, value: unchanged ? encrypted! : value, scope: 'RUN_TIME', type: 'SECRET' };
  });
  const kept = keptIn(there, service, context);
  const plain = (key: string, value: unknown) => {
    return { key, value: JSON.stringify(value), scope: 'RUN_TIME', type: 'GENERAL' };
  };
  return [
    ...kept,
    ...envs,
    plain(fingerprintsVariable, next),
    ...(kept.length > 0
      ? [
          plain(
            keptVariable,
            kept.map(({ key }) => key),
          ),
        ]
      : []),
  ];
}

/** Variables that others have set in a component before it became ours, and that no release wants. */
function keptIn(
  there: Component | undefined,
  service: Service,
  context: TargetContext,
): NonNullable<Component['envs']> {
  if (!there) return [];
  const theirs = isOurs(there, context)
    ? keptBy(variablesIn(there), {}, service)
    : new Set((there.envs ?? []).map(({ key }) => key));
  return (there.envs ?? []).filter(
    ({ key }) => theirs.has(key) && !(key in service.variables) && !isSurrounding(key),
  );
}

/** Fingerprints of the secrets as they were written. A text that is not ours has none. */
export function fingerprintsOf(component: Component | undefined): Record<string, string> {
  const text = variablesIn(component)[fingerprintsVariable];
  if (!text) return {};
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    // Someone has edited it: every secret then counts as changed, and is written anew.
    return {};
  }
}

/** The spec without a service of ours. */
export const without = (spec: Spec, name: string): Spec => ({
  ...spec,
  services: (spec.services ?? []).filter((one) => one.name !== name),
  workers: (spec.workers ?? []).filter((one) => one.name !== name),
  ingress: {
    ...spec.ingress,
    rules: (spec.ingress?.rules ?? []).filter(({ component }) => component?.name !== name),
  },
});
