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

/** A store or another thing beside the services, by the name that others reach it by. */
export interface ComposeFound extends Found {
  /** Names of what is not carried over, which settings may point to. */
  readonly elsewhere: readonly string[];
}

/**
 * A file of Docker Compose: what is built here is a service, an image of MongoDB or Redis a store, everything else is not carried over.
 * https://docs.docker.com/reference/compose-file/
 * @param folder of the file, in the project.
 * @throws {Unreadable}
 */
export function readCompose(source: string, folder = '.'): ComposeFound {
  const document = yamlFields(source);
  const all = Object.entries(fields(document.services));
  if (all.length === 0) throw new Unreadable('it has no services');
  const names = new Names();
  const services: FoundService[] = [];
  const stores = new Set<Found['stores'][number]>();
  const notCarried: NotCarried[] = [];
  const elsewhere: string[] = [];
  for (const [key, value] of all) {
    const service = fields(value);
    const image = text(service.image);
    const data = service.build === undefined && image !== undefined ? storeOfImage(image) : undefined;
    if (data && 'store' in data) stores.add(data.store);
    else if (data) {
      elsewhere.push(key);
      notCarried.push(withoutStore(`${key} (${image})`, data.other));
    } else if (service.build === undefined) {
      elsewhere.push(key);
      notCarried.push({
        what: image === undefined ? key : `${key} (${image})`,
        why: 'it is not built from this repository. Conductor takes care of routing and certificates; whatever else it did has to run elsewhere.',
      });
    } else if (list(service.profiles).length > 0) {
      notCarried.push({
        what: key,
        why: `it runs only with a profile (${texts(service.profiles).join(', ')}).`,
      });
    } else services.push(serviceOf(names.take(key), service, folder));
  }
  const name = text(document.name);
  return { ...(name && { name: nameOf(name) }), services, stores: [...stores], notCarried, elsewhere };
}

function serviceOf(name: string, service: Fields, folder: string): FoundService {
  const build = typeof service.build === 'string' ? { context: service.build } : fields(service.build);
  const context = text(build.context) ?? '.';
  const root = inside(`${folder}/${context}`);
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
    dockerfile: inline === undefined ? inside(`${root ?? '.'}/${file}`) : undefined,
    ...(command && { start: command, imageStart: command }),
    visited: ports.some(({ published }) => published),
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
    more: service.env_file !== undefined,
    notCarried: volumes.map((what) => ({
      what: `the volume ${what}`,
      why: 'a service has no disk that outlives a release. Keep files in a bucket.',
    })),
  };
}

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

function portOf(value: Shape): { published: boolean; inside: number[]; outside: number[] } {
  if (typeof value === 'object' && value !== null) {
    const { target, published } = fields(value);
    return { published: true, inside: numbers(text(target)), outside: numbers(text(published)) };
  }
  const parts = (text(value) ?? '').replace(/\/(tcp|udp)$/, '').split(':');
  return { published: true, inside: numbers(parts.at(-1)), outside: numbers(parts.at(-2)) };
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
