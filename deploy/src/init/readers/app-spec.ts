import type { StoreKind } from '../../model/store.ts';
import { commandOf } from '../command-line.ts';
import type { Found, FoundService, NotCarried, Variable } from '../found.ts';
import { Unreadable } from '../found.ts';
import { Names, nameOf } from '../names.ts';
import { withoutStore } from '../stores.ts';
import { cronJob, withoutInstall } from './render.ts';
import {
  drain,
  type Fields,
  fields,
  inside,
  list,
  number,
  replicas,
  text,
  texts,
  yamlFields,
} from './shape.ts';

const engines: Readonly<Record<string, StoreKind>> = { MONGODB: 'mongodb', REDIS: 'redis', VALKEY: 'redis' };
const titles: Readonly<Record<string, string>> = {
  PG: 'PostgreSQL',
  MYSQL: 'MySQL',
  KAFKA: 'Kafka',
  OPENSEARCH: 'OpenSearch',
};

/**
 * An app spec of DigitalOcean, `.do/app.yaml`, also as a template for its button.
 * https://docs.digitalocean.com/products/app-platform/reference/app-spec/
 * @throws {Unreadable}
 */
export function readAppSpec(source: string): Found {
  const whole = yamlFields(source);
  const spec = whole.spec === undefined ? whole : fields(whole.spec);
  const kinds = {
    services: list(spec.services),
    static_sites: list(spec.static_sites),
    workers: list(spec.workers),
  };
  const components = Object.entries(kinds).flatMap(([kind, all]) =>
    all.map(fields).map((component) => ({ kind, component })),
  );
  if (components.length === 0) throw new Unreadable('it has no services, workers or static sites');
  const names = new Names();
  const named = components.map(({ kind, component }) => ({
    kind,
    component,
    name: names.take(text(component.name) ?? 'web'),
  }));
  const databases = list(spec.databases).map(fields);
  const stores = new Map(
    databases.flatMap((database) => {
      const kind = engines[text(database.engine) ?? ''];
      return kind ? [[text(database.name) ?? '', kind] as const] : [];
    }),
  );
  const known: Known = {
    stores,
    services: new Map(named.map(({ name, component }) => [text(component.name) ?? '', name])),
    shared: list(spec.envs).map(fields),
    main: named.find(({ kind }) => kind !== 'workers')?.name,
  };
  const rules = list(fields(spec.ingress).rules).map(fields);
  const services = named.map(({ kind, component, name }) =>
    serviceOf(name, kind, component, pathsOf(component, rules), known),
  );
  const notCarried: NotCarried[] = [
    ...databases.flatMap((database) => {
      const engine = text(database.engine) ?? 'PG';
      return engines[engine]
        ? []
        : [withoutStore(`the database ${text(database.name) ?? engine}`, titles[engine] ?? engine)];
    }),
    ...list(spec.functions)
      .map(fields)
      .map((one) => ({
        what: `the functions ${text(one.name) ?? ''}`.trim(),
        why: 'Conductor runs services.',
      })),
  ];
  let release: Found['release'];
  for (const job of list(spec.jobs).map(fields)) {
    const command = commandOf(text(job.run_command) ?? '');
    const kind = text(job.kind) ?? 'UNSPECIFIED';
    const owner = services.find((service) => service.static === undefined);
    if (kind === 'PRE_DEPLOY' && command && owner && !release) release = { service: owner.name, command };
    else if (kind === 'SCHEDULED' || job.schedule !== undefined)
      notCarried.push(
        cronJob(
          text(job.name) ?? 'job',
          text(fields(job.schedule).cron) ?? text(job.schedule),
          text(job.run_command),
        ),
      );
    else
      notCarried.push({
        what: `the job ${text(job.name) ?? kind}`,
        why: 'Conductor has one release task, which runs before new code serves.',
      });
  }
  const hosts = list(spec.domains)
    .map(fields)
    .flatMap(({ domain, name }) => text(domain) ?? text(name) ?? []);
  const front =
    services.find(({ paths, static: files }) => paths?.includes('/') || files !== undefined) ??
    services.find(({ visited }) => visited);
  return {
    ...(text(spec.name) && { name: nameOf(text(spec.name)!) }),
    services,
    stores: [...new Set(stores.values())],
    notCarried,
    domains: front && hosts.length > 0 ? { [front.name]: hosts } : {},
    ...(release && { release }),
  };
}

interface Known {
  readonly stores: ReadonlyMap<string, StoreKind>;
  readonly services: ReadonlyMap<string, string>;
  /** Variables of all components. */
  readonly shared: readonly Fields[];
  /** The component that the app's own address leads to. */
  readonly main: string | undefined;
}

/** Paths that lead to a component; undefined where the spec says none. */
function pathsOf(component: Fields, rules: readonly Fields[]): string[] | undefined {
  const own = list(component.routes)
    .map(fields)
    .flatMap(({ path }) => text(path) ?? []);
  const ruled = rules
    .filter((rule) => text(fields(rule.component).name) === text(component.name))
    .flatMap((rule) => text(fields(fields(rule.match).path).prefix) ?? []);
  const all = [...new Set([...own, ...ruled])].filter((path) => path.startsWith('/'));
  return all.length === 0 ? undefined : all;
}

function serviceOf(
  name: string,
  kind: string,
  component: Fields,
  paths: string[] | undefined,
  known: Known,
): FoundService {
  const root = inside(text(component.source_dir));
  const variables = variablesOf([...known.shared, ...list(component.envs).map(fields)], name, known);
  const image = fields(component.image);
  const common = {
    name,
    root,
    build: withoutInstall(text(component.build_command)),
    variables: variables.filter((one): one is Variable => 'name' in one),
    notCarried: [
      ...variables.filter((one): one is NotCarried => 'what' in one),
      ...(component.image === undefined
        ? []
        : [
            {
              what: `the image ${text(image.repository) ?? ''}`.trim(),
              why: 'give it by digest, as `image`, or build it from this repository.',
            },
          ]),
    ],
  };
  if (kind === 'static_sites') {
    return {
      ...common,
      static: inside(text(component.output_dir)) ?? (component.build_command === undefined ? '.' : undefined),
      fallback: inside(text(component.catchall_document)),
      visited: true,
      ...(paths && { paths }),
    };
  }
  const command = commandOf(text(component.run_command) ?? '');
  const dockerfile = inside(text(component.dockerfile_path));
  const internal =
    kind === 'workers' || (component.http_port === undefined && component.internal_ports !== undefined);
  return {
    ...common,
    build: dockerfile ? undefined : common.build,
    dockerfile,
    start: command,
    ...(dockerfile && command && { imageStart: command }),
    visited: !internal,
    ...(paths && !internal && { paths }),
    ports: texts(component.internal_ports)
      .concat(text(component.http_port) ?? [])
      .map(Number)
      .filter(Number.isFinite),
    health: text(fields(component.health_check).http_path),
    replicas:
      replicas(component.instance_count) ?? replicas(fields(component.autoscaling).min_instance_count),
    drain: drain(number(fields(component.termination).grace_period_seconds)),
  };
}

/** `${db.DATABASE_URL}`, `${APP_URL}`, `${web.PUBLIC_URL}`: https://docs.digitalocean.com/products/app-platform/how-to/use-environment-variables/ */
function variablesOf(
  all: readonly Fields[],
  own: string,
  { stores, services, main }: Known,
): (Variable | NotCarried)[] {
  return all.flatMap((entry): (Variable | NotCarried)[] => {
    const name = text(entry.key);
    if (name === undefined) return [];
    const value = text(entry.value);
    const [, component = '', property = ''] = /^\$\{(?:([\w-]+)\.)?(\w+)\}$/.exec(value ?? '') ?? [];
    const store = stores.get(component);
    if (store) {
      return property === 'DATABASE_URL'
        ? [{ name, of: { store } }]
        : [
            {
              what: name,
              why: `Conductor gives the address of a store as one URL, with its password: read ${store === 'mongodb' ? 'MONGO_URL' : 'REDIS_URL'} in its place.`,
            },
          ];
    }
    const target =
      component === '_self'
        ? own
        : (services.get(component) ?? (/^APP_(URL|DOMAIN)$/.test(property) ? main : undefined));
    if (target !== undefined && /URL$/.test(property))
      return [{ name, of: { service: target, property: 'url' } }];
    if (target !== undefined && /DOMAIN$/.test(property))
      return [{ name, of: { service: target, property: 'host' } }];
    if (property !== '' || (value !== undefined && /\$\{/.test(value)))
      return [{ name, is: 'secret', own: false }];
    if (text(entry.type) === 'SECRET') return [{ name, is: 'secret' }];
    return [{ name, value }];
  });
}
