import { commandOf } from '../command-line.ts';
import type { Command, Found, FoundService, NotCarried } from '../found.ts';
import { Names, nameOf } from '../names.ts';
import { isClock } from './procfile.ts';
import { diskOf } from './render.ts';
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
  tomlFields,
} from './shape.ts';

/**
 * `fly.toml`: one app, with one service for each group of its processes.
 * https://fly.io/docs/reference/configuration/
 * @throws {Unreadable}
 */
export function readFly(source: string): Found {
  const document = tomlFields(source);
  const processes = Object.entries(fields(document.processes));
  const groups: [string, Command | undefined][] =
    processes.length === 0
      ? [['app', commandOfExperiment(fields(document.experimental))]]
      : processes.map(([name, line]) => [name, commandOf(text(line) ?? '')]);
  const names = new Names();
  const app = nameOf(text(document.app) ?? '', 'project');
  const doors = doorsOf(document);
  const services = groups.map(
    ([group, start]): FoundService =>
      serviceOf(
        names.take(groups.length === 1 && group === 'app' ? 'web' : group),
        group,
        start,
        document,
        doors,
      ),
  );
  const command = commandOf(text(fields(document.deploy).release_command) ?? '');
  const main = services.find(({ visited }) => visited) ?? services[0]!;
  const image = text(fields(document.build).image);
  const notCarried: NotCarried[] = [
    ...(image === undefined
      ? []
      : [
          {
            what: `the image ${image}`,
            why: 'give it by digest, as `image`, or build it from this repository.',
          },
        ]),
    ...list(document.statics)
      .map(fields)
      .map((one) => ({
        what: `the files of ${text(one.guest_path) ?? 'statics'} at ${text(one.url_prefix) ?? '/'}`,
        why: 'the service has to give them itself.',
      })),
    ...(doors.some(({ raw }) => raw)
      ? [{ what: 'ports other than HTTP', why: 'visitors reach services by HTTP only.' }]
      : []),
  ];
  return {
    ...(text(document.app) && { name: app }),
    services,
    stores: [],
    notCarried,
    ...(command && { release: { service: main.name, command } }),
  };
}

/** What visitors come in by: of which processes, and how it is asked for its health. */
interface Door {
  /** None: of all of them. */
  readonly processes: readonly string[];
  readonly port: number | undefined;
  readonly health: string | undefined;
  /** It takes something other than HTTP. */
  readonly raw: boolean;
}

function doorsOf(document: Fields): Door[] {
  const http =
    document.http_service === undefined
      ? []
      : many(document.http_service).map((door) => ({ ...doorOf(door, list(door.checks)), raw: false }));
  const others = many(document.services).map((door) => {
    const handlers = many(door.ports).flatMap(({ handlers }) => texts(handlers));
    return {
      ...doorOf(door, [...list(door.http_checks), ...list(door.checks)]),
      raw: handlers.length > 0 && !handlers.some((one) => /http/.test(one)),
    };
  });
  const checks = Object.values(fields(document.checks))
    .map(fields)
    .find((check) => text(check.type) === 'http');
  return [...http, ...others].map((door) => ({
    ...door,
    health: door.health ?? (checks && text(checks.path)),
  }));
}

/** A table, or an array of them: TOML's `[a]` and `[[a]]`. */
const many = (value: unknown): Fields[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(fields);

const doorOf = (door: Fields, checks: readonly unknown[]): Omit<Door, 'raw'> => ({
  processes: texts(door.processes),
  port: number(door.internal_port),
  health: checks
    .map(fields)
    .map(({ path }) => text(path))
    .find((path) => path?.startsWith('/')),
});

function serviceOf(
  name: string,
  group: string,
  start: Command | undefined,
  document: Fields,
  doors: readonly Door[],
): FoundService {
  const build = fields(document.build);
  const door = doors.find(
    ({ processes, raw }) => !raw && (processes.length === 0 || processes.includes(group)),
  );
  const signal = text(document.kill_signal);
  const mounts = many(document.mounts).filter(
    ({ processes }) => texts(processes).length === 0 || texts(processes).includes(group),
  );
  return {
    name,
    // An image that is built elsewhere, or by a buildpack, has no Dockerfile here.
    dockerfile:
      build.image === undefined && build.builder === undefined && build.buildpacks === undefined
        ? (inside(text(build.dockerfile)) ?? 'Dockerfile')
        : undefined,
    start,
    ...(start && { imageStart: start, afterEntrypoint: document.experimental === undefined }),
    visited: door !== undefined,
    ports: door?.port === undefined ? [] : [door.port],
    health: door?.health,
    replicas: replicas(fields(document.http_service).min_machines_running),
    drain: drain(document.kill_timeout),
    ...(isClock(name) && {
      singleton: true,
      guesses: { singleton: 'by its name it starts jobs by the clock, which two of them would start twice' },
    }),
    variables: Object.entries(fields(document.env)).map(([key, value]) => ({
      name: key,
      value: text(value),
    })),
    // Its secrets are nowhere in the repository, but in the example of settings.
    more: true,
    notCarried: [
      ...mounts.map((mount) => diskOf(text(mount.destination))),
      ...(signal === undefined || signal === 'SIGTERM'
        ? []
        : [{ what: signal, why: 'Conductor ends a service with SIGTERM; let it end well on that.' }]),
    ],
  };
}

/** `[experimental]` in place of the image's own entrypoint and command. */
function commandOfExperiment({ cmd, entrypoint, exec }: Fields): Command | undefined {
  const words = (value: unknown) => (Array.isArray(value) ? texts(value).join(' ') : (text(value) ?? ''));
  return commandOf([words(exec), words(entrypoint), words(cmd)].filter((part) => part !== '').join(' '));
}
