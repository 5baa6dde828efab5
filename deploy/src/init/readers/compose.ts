import { commandOf, commandOfWords } from '../command-line.ts';
import type { Command, Found, FoundService, NotCarried, Variable } from '../found.ts';
import { Unreadable } from '../found.ts';
import { Names, nameOf } from '../names.ts';
import { storeOfImage, withoutStore } from '../stores.ts';
import { healthPath } from './dockerfile.ts';
import { isClock } from './procfile.ts';
import {
  drain,
  type Fields,
  fields,
  inside,
  list,
  replicas,
  type Shape,
  text,
  texts,
  yamlFields,
} from './shape.ts';

/**
 * A file of Docker Compose: what is built here is a service, an image of MongoDB or Redis a store, everything else is not carried over.
 * https://docs.docker.com/reference/compose-file/
 * @param folder of the file, in the project.
 * @throws {Unreadable}
 */
export function readCompose(source: string, folder = '.'): Found {
  const document = yamlFields(source);
  const all = Object.entries(servicesIn(document)).map(
    ([key, value]): Entry => ({ key, service: fields(value) }),
  );
  if (all.length === 0) throw new Unreadable('it has no services');
  const data = all.flatMap(({ key, service }) => {
    const image = text(service.image);
    const found = service.build === undefined && image !== undefined ? storeOfImage(image) : undefined;
    return found ? [{ key, service, found }] : [];
  });
  const own = all.filter(({ service }) => isOwn(service) && !data.some((each) => each.service === service));
  const running = own.filter(({ service }) => list(service.profiles).length === 0);
  const once = running.find(({ key }) => runsOnce(key, all));
  const serving = running.filter((entry) => entry !== once);
  const others = all.filter(
    (entry) => !own.includes(entry) && !data.some(({ service }) => service === entry.service),
  );
  const names = new Names();
  const services = serving.map(({ key, service }) => serviceOf(names.take(key), service, folder));
  const name = text(document.name);
  const task = once && taskOf(once, serving, services);
  return {
    ...(name && { name: nameOf(name) }),
    services,
    stores: [...new Set(data.flatMap(({ found }) => ('store' in found ? found.store : [])))],
    ...(task && { release: task }),
    notCarried: [
      ...data.flatMap(({ key, service, found }) =>
        'other' in found ? withoutStore(`${key} (${text(service.image)})`, found.other) : [],
      ),
      ...others.map(otherOf),
      ...own.filter((entry) => !running.includes(entry)).map(profiled),
    ],
    elsewhere: [...others, ...data.filter(({ found }) => 'other' in found)].flatMap(namesOf),
    hosts: Object.fromEntries(
      data.flatMap((entry) => {
        const { found } = entry;
        return 'store' in found ? namesOf(entry).map((each) => [each, found.store]) : [];
      }),
    ),
  };
}

interface Entry {
  readonly key: string;
  readonly service: Fields;
}

/** The first version of the format had services at its top. */
function servicesIn(document: Fields): Fields {
  if (document.services !== undefined) return fields(document.services);
  const all = Object.entries(document).filter(([, value]) => {
    const { image, build } = fields(value);
    return image !== undefined || build !== undefined;
  });
  return Object.fromEntries(all);
}

/** It is built here, or runs the code that lies here in an image of its language. */
const isOwn = (service: Fields): boolean => service.build !== undefined || mounted(service) !== undefined;

const languages =
  /^(docker\.io\/)?(library\/)?(node|python|ruby|golang|php|bun|oven\/bun|denoland\/deno)(:|$)/;

/** Folder of the project that an image of a language gets its code from. */
function mounted(service: Fields): string | undefined {
  if (!languages.test(text(service.image) ?? '')) return undefined;
  const sources = list(service.volumes).map((value) =>
    typeof value === 'object' ? text(fields(value).source) : text(value)?.split(':')[0],
  );
  return sources.find((source) => source !== undefined && /^\.\.?(\/|$)/.test(source));
}

/** Others wait until it has ended well: a task, and no service. */
const runsOnce = (key: string, all: readonly Entry[]): boolean =>
  all.some(
    ({ service }) =>
      text(fields(fields(service.depends_on)[key]).condition) === 'service_completed_successfully',
  );

/** The task, with the settings of the service that waits for it. */
function taskOf(
  { key, service }: Entry,
  serving: readonly Entry[],
  services: readonly FoundService[],
): Found['release'] {
  const command = commandIn(service.entrypoint, service.command);
  const waits = serving.findIndex((other) => fields(other.service.depends_on)[key] !== undefined);
  const owner = services[Math.max(0, waits)];
  return command && owner ? { service: owner.name, command } : undefined;
}

const namesOf = ({ key, service }: Entry): string[] => [
  key,
  ...(text(service.container_name) ? [text(service.container_name)!] : []),
];

const otherOf = ({ key, service }: Entry): NotCarried => ({
  what: text(service.image) === undefined ? key : `${key} (${text(service.image)})`,
  why: 'it is not built from this repository. Conductor takes care of routing and certificates; whatever else it did has to run elsewhere.',
});

const profiled = ({ key, service }: Entry): NotCarried => ({
  what: key,
  why: `it runs only with a profile (${texts(service.profiles).join(', ')}).`,
});

function serviceOf(name: string, service: Fields, folder: string): FoundService {
  const build = typeof service.build === 'string' ? { context: service.build } : fields(service.build);
  const code = mounted(service);
  const root = inside(`${folder}/${code ?? text(build.context) ?? '.'}`);
  const file = text(build.dockerfile) ?? 'Dockerfile';
  const inline = text(build.dockerfile_inline);
  const command = commandIn(service.entrypoint, service.command);
  const ports = list(service.ports).map(portOf);
  const health = healthPath(
    texts(fields(service.healthcheck).test).join(' ') || (text(fields(service.healthcheck).test) ?? ''),
  );
  const volumes = list(service.volumes).flatMap(diskOf);
  return {
    name,
    root,
    dockerfile: inline === undefined && code === undefined ? inside(`${root ?? '.'}/${file}`) : undefined,
    ...(command && {
      start: command,
      imageStart: command,
      afterEntrypoint: service.entrypoint === undefined,
    }),
    visited: ports.length > 0 || isRouted(service),
    ports: ports.flatMap(({ inside, outside }) => [...inside, ...outside]),
    health,
    replicas: replicas(fields(service.deploy).replicas) ?? replicas(service.scale),
    drain: drain(service.stop_grace_period),
    ...(isClock(name) && {
      singleton: true,
      guesses: { singleton: 'by its name it starts jobs by the clock, which two of them would start twice' },
    }),
    variables:
      service.environment === undefined && service.env_file === undefined
        ? undefined
        : variablesOf(service.environment),
    // What a file for one machine leaves out is in the file of settings beside it.
    more: true,
    notCarried: volumes.map((what) => ({
      what: `the volume ${what}`,
      why: 'a service has no disk that outlives a release. Keep files in a bucket.',
    })),
  };
}

/** Traefik sends visitors to it. */
const isRouted = ({ labels }: Fields): boolean =>
  [...texts(labels), ...Object.keys(fields(labels))].some((label) => /^traefik\.http\.routers\./.test(label));

function commandIn(entrypoint: Shape, command: Shape): Command | undefined {
  const first = wordsOf(entrypoint);
  const rest = wordsOf(command);
  if (first && rest) return commandOfWords([...first, ...rest]);
  if (typeof command === 'string' && entrypoint === undefined) return commandOf(interpolated(command));
  return commandOfWords(rest ?? first ?? []);
}

const wordsOf = (value: Shape): string[] | undefined => {
  if (typeof value === 'string' && value.trim() !== '') return value.trim().split(/\s+/).map(interpolated);
  return Array.isArray(value) ? texts(value).map(interpolated) : undefined;
};

/** Compose's own `$$` for a dollar. */
const interpolated = (line: string): string => line.replaceAll('$$', '$');

function portOf(value: Shape): { inside: number[]; outside: number[] } {
  if (typeof value === 'object' && value !== null) {
    const { target, published } = fields(value);
    return { inside: numbers(text(target)), outside: numbers(text(published)) };
  }
  const parts = (text(value) ?? '').replace(/\/(tcp|udp)$/, '').split(':');
  return { inside: numbers(parts.at(-1)), outside: numbers(parts.at(-2)) };
}

/** Port of `3000`, `${PORT:-3000}`: none for what nobody knows. */
const numbers = (given: string | undefined): number[] => {
  const [, port] = /(\d{2,5})\}?$/.exec(given ?? '') ?? [];
  return port === undefined ? [] : [Number(port)];
};

/** A volume that keeps what is written. Those that bring the code in are for development. */
function diskOf(value: Shape): string[] {
  const whole = typeof value === 'object' ? fields(value) : undefined;
  const source = whole ? text(whole.source) : text(value)?.split(':')[0];
  const target = whole ? text(whole.target) : text(value)?.split(':')[1];
  if (source === undefined || target === undefined || /^[./~$]/.test(source)) return [];
  if (/node_modules|\.next|cache|venv|gems|bundle/.test(`${source}${target}`)) return [];
  return [`${source} at ${target}`];
}

export function variablesOf(environment: Shape): Variable[] {
  const entries = Array.isArray(environment)
    ? texts(environment).map((line): [string, string | undefined] => {
        const at = line.indexOf('=');
        return at < 0 ? [line, undefined] : [line.slice(0, at), line.slice(at + 1)];
      })
    : Object.entries(fields(environment)).map(([key, value]): [string, string | undefined] => [
        key,
        text(value),
      ]);
  return entries.map(([name, value]) => ({ name, value: value === undefined ? undefined : filledIn(value) }));
}

/** `${NAME:-default}` → its default; a value that is put together from others' is none, unless it is plainly an address. */
function filledIn(value: string): string | undefined {
  const text = value.replaceAll(/\$\{\w+:?-([^{}]*)\}/g, '$1');
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !/\$\{?\w/.test(text.replaceAll('$$', '')))
    return text.replaceAll('$$', '$');
  return undefined;
}
