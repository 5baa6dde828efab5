import { ConductorError, exitCode } from '../../errors.ts';
import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import type { Store } from '../../model/store.ts';
import type { TargetContext } from '../kind.ts';
import { commandLine, imageStart } from '../shell-words.ts';
import { port, type Render, type Rendered, renderService } from '../variables.ts';
import type { DigitalOceanSettings } from './index.ts';
import type { Component, Spec } from './operations.ts';

/** Fingerprints of the secrets of a component, by name: DigitalOcean shows a secret only as `EV[…]`. */
const fingerprintsVariable = 'CONDUCTOR_FINGERPRINTS';

/** One app an environment: an app has no environments of its own. */
export const appName = ({
  settings,
  project,
  environment,
}: Pick<TargetContext<DigitalOceanSettings>, 'settings' | 'project' | 'environment'>): string =>
  settings.name ?? `${project}-${environment}`.slice(0, 32);

export const clusterName = (
  context: TargetContext<DigitalOceanSettings>,
  store: Pick<Store, 'name'>,
): string => `${appName(context)}-${store.name}`;

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
 * The whole spec of the app for a release. What others have put into the app stays: components without our mark, and every
 * field of the spec that is not ours. Secrets that have not changed are sent back as they came, encrypted.
 */
export function specFor(
  context: TargetContext<DigitalOceanSettings>,
  release: Release,
  services: readonly Service[],
  options: {
    readonly there: Spec | null;
    readonly proven: boolean;
    readonly credentials: string | undefined;
  },
): Spec {
  const { there, proven, credentials } = options;
  const { settings } = context;
  const render = bindable(context, release.stores);
  const all = services.map((service): Made => {
    const image = imageSource(service, credentials);
    return {
      service,
      component: {
        name: service.name,
        image,
        run_command: commandLine(imageStart(service)),
        instance_count: service.replicas,
        instance_size_slug: settings.size,
        envs: variablesOf(
          renderService(context, release, service, render),
          find(there, service.name),
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
  return {
    ...there,
    maintenance: undefined,
    name: appName(context),
    region: settings.region,
    services: [...foreign(there?.services), ...all.filter(isPublic).map(component)],
    workers: [...foreign(there?.workers), ...all.filter((made) => !isPublic(made)).map(component)],
    jobs: [...foreign(there?.jobs), ...(proven ? [] : jobs(release, all))],
    databases: databases(context, release.stores, there),
    ingress: { rules: rules(services) },
    ...domains(context, there),
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

/** Long prefixes first: the first rule that fits takes the request. */
const rules = (services: readonly Service[]) =>
  services
    .flatMap(({ name, paths }) => paths.map((prefix) => ({ name, prefix })))
    .sort((a, b) => b.prefix.length - a.prefix.length)
    .map(({ name, prefix }) => ({
      match: { path: { prefix } },
      // The published schema calls it a string here; the live API and its own client take yes or no.
      component: { name, preserve_path_prefix: true },
    }));

const engines = { mongodb: 'MONGODB', redis: 'VALKEY' } as const;

function databases(
  context: TargetContext<DigitalOceanSettings>,
  stores: readonly Store[],
  there: Spec | null,
) {
  const ours = stores
    .filter(({ url }) => !url)
    .map((store) => ({
      name: store.name,
      engine: engines[store.kind],
      production: true,
      cluster_name: clusterName(context, store),
    }));
  const others = (there?.databases ?? []).filter(({ name }) => !stores.some((store) => store.name === name));
  return [...others, ...ours];
}

function domains(context: TargetContext<DigitalOceanSettings>, there: Spec | null) {
  const hosts = Object.values(context.domains).flat();
  if (hosts.length === 0) return there?.domains ? { domains: there.domains } : {};
  return {
    domains: hosts.map((domain, i) => ({
      domain,
      type: i === 0 ? 'PRIMARY' : 'ALIAS',
      minimum_tls_version: '1.2',
    })),
  };
}

/** Variables of a component. A secret that has not changed goes back as `EV[…]`; plain text would start a deployment anew. */
function variablesOf(
  rendered: Readonly<Record<string, Rendered>>,
  there: Component | undefined,
  { fingerprint }: TargetContext,
): NonNullable<Component['envs']> {
  const fingerprints = fingerprintsOf(there);
  const next: Record<string, string> = {};
  const envs = Object.entries(rendered).map(([key, { value, secret }]) => {
    if (!secret) return { key, value, scope: 'RUN_TIME', type: 'GENERAL' };
    next[key] = fingerprint(key, value);
    const encrypted = there?.envs?.find((one) => one.key === key && one.type === 'SECRET')?.value;
    const unchanged = fingerprints[key] === next[key] && encrypted?.startsWith('EV[');
    return { key, value: unchanged ? encrypted! : value, scope: 'RUN_TIME', type: 'SECRET' };
  });
  return [
    ...envs,
    { key: fingerprintsVariable, value: JSON.stringify(next), scope: 'RUN_TIME', type: 'GENERAL' },
  ];
}

/** Fingerprints of the secrets as they were written. A text that is not ours has none. */
export function fingerprintsOf(component: Component | undefined): Record<string, string> {
  const text = envOf(component, fingerprintsVariable);
  if (!text) return {};
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    // Someone has edited it: every secret then counts as changed, and is written anew.
    return {};
  }
}

const envOf = (component: Component | undefined, key: string): string | undefined =>
  component?.envs?.find((one) => one.key === key)?.value;

const components = (spec: Spec | null | undefined): Component[] => [
  ...(spec?.services ?? []),
  ...(spec?.workers ?? []),
];

const find = (spec: Spec | null, name: string): Component | undefined =>
  components(spec).find((component) => component.name === name);

/** Our components carry the release in a variable. */
const isOurs = (component: Component): boolean => envOf(component, 'CONDUCTOR_RELEASE') !== undefined;
const foreign = (list: readonly Component[] | undefined): Component[] =>
  (list ?? []).filter((component) => !isOurs(component));

/** Our components of a spec. */
export const ourComponents = (spec: Spec | null | undefined): Component[] => components(spec).filter(isOurs);

/** Version of the release that a spec is of. Null for none, or for two: a spec that someone has mixed. */
export function versionOf(spec: Spec | null | undefined): string | null {
  const versions = new Set(ourComponents(spec).map((one) => envOf(one, 'CONDUCTOR_RELEASE')!));
  return versions.size === 1 ? [...versions][0]! : null;
}

/** The spec without a service of ours. */
export const without = (spec: Spec, name: string): Spec => ({
  ...spec,
  services: (spec.services ?? []).filter((one) => one.name !== name),
  workers: (spec.workers ?? []).filter((one) => one.name !== name),
  ingress: {
    rules: (
      (spec.ingress as { rules?: { component?: { name?: string } }[] } | undefined)?.rules ?? []
    ).filter(({ component }) => component?.name !== name),
  },
});
