import { looksSecret } from '../../checks/plausible.ts';
import { commandOf } from '../command-line.ts';
import type { Found, FoundService, NotCarried, Variable } from '../found.ts';
import { Unreadable } from '../found.ts';
import { Names } from '../names.ts';
import { storeOfImage, withoutStore } from '../stores.ts';
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

/**
 * A Blueprint of Render.
 * https://render.com/docs/blueprint-spec
 * @throws {Unreadable}
 */
export function readRender(source: string): Found {
  const document = yamlFields(source);
  const resources = [
    document,
    ...list(document.projects)
      .flatMap((project) => list(fields(project).environments))
      .map(fields),
  ];
  const all = resources.flatMap(({ services }) => list(services)).map(fields);
  const databases = resources.flatMap((each) => list(each.databases)).map(fields);
  const groups = new Map(
    resources
      .flatMap((each) => list(each.envVarGroups))
      .map(fields)
      .map((group) => [text(group.name) ?? '', list(group.envVars).map(fields)]),
  );
  if (all.length === 0) throw new Unreadable('it has no services');
  const names = new Names();
  const known = new Map(
    all.flatMap((service) => {
      const name = text(service.name);
      return name === undefined || isStore(service) || text(service.type) === 'cron'
        ? []
        : [[name, names.take(name)] as const];
    }),
  );
  const stores = new Set(all.filter(isStore).map(({ name }) => text(name) ?? ''));
  const notCarried: NotCarried[] = databases.map((database) =>
    withoutStore(`the database ${text(database.name) ?? ''}`.trim(), 'PostgreSQL'),
  );
  const services: FoundService[] = [];
  const domains: Record<string, string[]> = {};
  let release: Found['release'];
  let usesMongo = false;
  for (const service of all) {
    if (isStore(service)) continue;
    const type = text(service.type) ?? 'web';
    const name = known.get(text(service.name) ?? '') ?? names.take(type);
    const data = storeOfImage(text(fields(service.image).url) ?? '');
    if (type === 'cron') {
      const line = text(service.startCommand) ?? text(service.dockerCommand);
      notCarried.push(cronJob(text(service.name) ?? name, text(service.schedule), line));
    } else if (data && 'store' in data) {
      usesMongo ||= data.store === 'mongodb';
    } else {
      services.push(serviceOf(name, type, service, { known, stores, groups }));
      const hosts = [...texts(service.domains), ...(text(service.domain) ? [text(service.domain)!] : [])];
      if (hosts.length > 0) domains[name] = hosts;
      const before = commandOf(text(service.preDeployCommand) ?? '');
      if (before) release ??= { service: name, command: before };
    }
  }
  return {
    services,
    stores: [...(usesMongo ? (['mongodb'] as const) : []), ...(stores.size > 0 ? (['redis'] as const) : [])],
    notCarried,
    domains,
    ...(release && { release }),
  };
}

/** Redis was the name of what is called Key Value now. */
const isStore = (service: Fields): boolean => ['redis', 'keyvalue'].includes(text(service.type) ?? '');

/** A job that is run by the clock. */
export const cronJob = (
  name: string,
  schedule: string | undefined,
  line: string | undefined,
): NotCarried => ({
  what: `the cron job ${name}${schedule === undefined ? '' : ` (${schedule})`}`,
  why: `Conductor runs nothing by the clock${line === undefined ? '' : `; it ran: ${line}`}. A service of yours can (\`singleton: true\`), or a timer elsewhere.`,
});

/** A disk of a service. */
export const diskOf = (where: string | undefined): NotCarried => ({
  what: `the disk${where === undefined ? '' : ` at ${where}`}`,
  why: 'a service has none that outlives a release. Keep files in a bucket.',
});

interface Known {
  /** Names of services here, by those that the file has. */
  readonly known: ReadonlyMap<string, string>;
  readonly stores: ReadonlySet<string>;
  readonly groups: ReadonlyMap<string, readonly Fields[]>;
}

function serviceOf(name: string, type: string, service: Fields, known: Known): FoundService {
  const runtime = text(service.runtime) ?? text(service.env);
  const root = inside(text(service.rootDir));
  const isStatic = type === 'static' || runtime === 'static';
  const docker = runtime === 'docker' || service.dockerfilePath !== undefined;
  const { variables, notCarried } = variablesOf(list(service.envVars).map(fields), known);
  const command = commandOf(text(service.startCommand) ?? text(service.dockerCommand) ?? '');
  const disk = service.disk === undefined ? [] : [diskOf(text(fields(service.disk).mountPath))];
  const image = text(fields(service.image).url);
  const common = {
    name,
    root,
    variables,
    notCarried: [
      ...disk,
      ...notCarried,
      ...(image
        ? [
            {
              what: `the image ${image}`,
              why: 'give it by digest, as `image`, or build it from this repository.',
            },
          ]
        : []),
    ],
  };
  if (isStatic) {
    const routes = list(service.routes).map(fields);
    const page = routes.find(({ type: kind, source }) => text(kind) === 'rewrite' && text(source) === '/*');
    const others = routes.filter((route) => route !== page);
    return {
      ...common,
      build: withoutInstall(text(service.buildCommand)),
      static: inside(text(service.staticPublishPath)) ?? '.',
      fallback: inside(text(page?.destination)),
      visited: true,
      notCarried: [
        ...common.notCarried,
        ...others.map((route) => ({
          what: `the ${text(route.type) ?? 'route'} of ${text(route.source) ?? 'a path'}`,
          why: 'a folder of files has no redirects, and no other hosts behind it.',
        })),
        ...(service.headers === undefined
          ? []
          : [{ what: 'its headers', why: 'a folder of files has none of its own.' }]),
      ],
    };
  }
  return {
    ...common,
    dockerfile: docker
      ? (inside(text(service.dockerfilePath)) ?? (root === undefined ? 'Dockerfile' : `${root}/Dockerfile`))
      : undefined,
    build: docker ? undefined : withoutInstall(text(service.buildCommand)),
    start: command,
    ...(docker && command && { imageStart: command, afterEntrypoint: true }),
    visited: type === 'web',
    health: text(service.healthCheckPath),
    replicas: replicas(service.numInstances) ?? replicas(fields(service.scaling).minInstances),
    drain: drain(service.maxShutdownDelaySeconds),
    more: false,
  };
}

/** Conductor, and each platform, installs what package-lock.json names by itself. */
export function withoutInstall(line: string | undefined): FoundService['build'] {
  const rest = (line ?? '').trim().replace(/^npm\s+(ci|i|install)(\s+--[\w=-]+)*\s*(&&|;|$)\s*/, '');
  return commandOf(rest);
}

function variablesOf(
  all: readonly Fields[],
  known: Known,
): { variables: Variable[]; notCarried: NotCarried[] } {
  const variables: Variable[] = [];
  const notCarried: NotCarried[] = [];
  for (const entry of all) {
    const group = text(entry.fromGroup);
    const name = text(entry.key);
    if (group !== undefined)
      variables.push(
        ...variablesOf(
          (known.groups.get(group) ?? []).filter((each) => each.fromGroup === undefined),
          known,
        ).variables,
      );
    else if (name !== undefined) {
      const found = variableOf(name, entry, known);
      if ('what' in found) notCarried.push(found);
      else variables.push(found);
    }
  }
  return { variables, notCarried };
}

function variableOf(name: string, entry: Fields, { known, stores }: Known): Variable | NotCarried {
  if (entry.generateValue === true) return { name, is: 'generated' };
  if (entry.fromDatabase !== undefined) return { name, is: 'secret', own: false };
  const from = fields(entry.fromService);
  const service = text(from.name) ?? '';
  if (entry.fromService !== undefined && stores.has(service)) {
    if (text(from.property) === 'connectionString') return { name, of: { store: 'redis' } };
    return {
      what: name,
      why: 'Conductor gives the address of a store as one URL, with its password: read REDIS_URL in its place.',
    };
  }
  if (entry.fromService !== undefined) {
    const target = known.get(service);
    const other = text(from.envVarKey);
    if (other !== undefined)
      return {
        name,
        is: other === name ? 'secret' : undefined,
        ...(other === 'RENDER_EXTERNAL_URL' &&
          target !== undefined && { of: { service: target, property: 'url' } }),
      };
    if (target !== undefined) return { name, of: { service: target, property: 'host' } };
  }
  if (entry.sync === false) {
    const needed = looksSecret(name) || /(URL|URI|DSN)$/.test(name);
    return needed
      ? { name, is: 'secret' }
      : { name, is: 'optional', why: 'Render asks for it, and takes none' };
  }
  const value = text(entry.value);
  return { name, value, ...(number(entry.value) === undefined && value === undefined && { is: 'optional' }) };
}
