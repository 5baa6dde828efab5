import { commandOf } from '../command-line.ts';
import type { Found, FoundService, NotCarried, Variable } from '../found.ts';
import { Unreadable } from '../found.ts';
import { Names, nameOf } from '../names.ts';
import { storeOfImage, withoutStore } from '../stores.ts';
import { isClock } from './procfile.ts';
import { diskOf } from './render.ts';
import { drain, type Fields, fields, inside, list, type Shape, text, texts, yamlFields } from './shape.ts';

/**
 * Kamal's `config/deploy.yml`: a service for each role of its servers; MongoDB and Redis of its accessories are stores.
 * https://kamal-deploy.org/docs/configuration/overview/
 * @throws {Unreadable}
 */
export function readKamal(source: string): Found {
  const document = yamlFields(withoutErb(source));
  const service = text(document.service);
  if (service === undefined) throw new Unreadable('it names no service');
  const roles = rolesOf(document.servers);
  const names = new Names();
  const services = roles.map(([role, settings]) => serviceOf(names.take(role), settings, document));
  const stores = new Set<Found['stores'][number]>();
  const notCarried: NotCarried[] = [];
  const elsewhere: string[] = [];
  const hosts: Record<string, Found['stores'][number]> = {};
  for (const [key, value] of Object.entries(fields(document.accessories))) {
    const image = text(fields(value).image) ?? '';
    const data = storeOfImage(image);
    if (data && 'store' in data) {
      stores.add(data.store);
      for (const host of [key, `${service}-${key}`]) hosts[host] = data.store;
    } else {
      elsewhere.push(key, `${service}-${key}`);
      notCarried.push(
        data
          ? withoutStore(`the accessory ${key} (${image})`, data.other)
          : {
              what: `the accessory ${key}${image === '' ? '' : ` (${image})`}`,
              why: 'it is not built from this repository, so it has to run elsewhere.',
            },
      );
    }
  }
  const domains = hostsOf(fields(document.proxy));
  const front = services.find(({ visited }) => visited);
  return {
    name: nameOf(service),
    services,
    stores: [...stores],
    notCarried,
    elsewhere,
    hosts,
    domains: front && domains.length > 0 ? { [front.name]: domains } : {},
  };
}

/** Ruby in the file: a line of nothing else is left out, a value is one that nobody knows. */
const withoutErb = (text: string): string =>
  text.replaceAll(/^\s*<%[^=].*?%>\s*$/gm, '').replaceAll(/<%=.*?%>/g, 'erb');

/** `servers` is a list of hosts, which are of the role web, or a map of roles. */
function rolesOf(servers: Shape): [string, Fields][] {
  if (Array.isArray(servers) || servers === undefined) return [['web', {}]];
  const roles = Object.entries(fields(servers)).map(([role, value]): [string, Fields] => [
    role,
    Array.isArray(value) ? {} : fields(value),
  ]);
  return roles.length === 0 ? [['web', {}]] : roles;
}

function serviceOf(name: string, role: Fields, document: Fields): FoundService {
  const builder = fields(document.builder);
  const command = commandOf(text(role.cmd) ?? '');
  const visited = name === 'web' ? role.proxy !== false : role.proxy !== undefined && role.proxy !== false;
  const proxy = { ...fields(document.proxy), ...fields(role.proxy) };
  const health = fields(proxy.healthcheck);
  const old = fields(document.healthcheck);
  const hosts = texts(role.hosts).length;
  return {
    name,
    dockerfile: inside(text(builder.dockerfile)) ?? 'Dockerfile',
    start: command,
    ...(command && { imageStart: command, afterEntrypoint: true }),
    visited,
    // What Kamal asks where nothing else is said.
    health: visited ? (text(health.path) ?? text(old.path) ?? '/up') : undefined,
    ports: [Number(text(proxy.app_port) ?? text(old.port))].filter(Number.isFinite),
    replicas: hosts > 1 && !isClock(name) ? hosts : undefined,
    drain: drain(document.drain_timeout),
    ...(isClock(name) && {
      singleton: true,
      guesses: { singleton: 'by its name it starts jobs by the clock, which two of them would start twice' },
    }),
    variables: [...variablesOf(document.env), ...variablesOf(role.env)],
    more: false,
    notCarried: [
      ...texts(document.volumes).map((volume) => diskOf(volume.split(':')[1])),
      ...texts(fields(role.options).publish).map((port) => ({
        what: `the port ${port}`,
        why: 'visitors reach services by HTTP only, through the one public address.',
      })),
    ],
  };
}

/** `env` with `clear` and `secret`, or simply with values. */
function variablesOf(env: Shape): Variable[] {
  const { clear, secret, tags: _tags, ...plain } = fields(env);
  const values = clear === undefined && secret === undefined ? plain : fields(clear);
  return [
    ...Object.entries(values).map(([name, value]) => ({
      name,
      value: /\berb\b/.test(text(value) ?? '') ? undefined : text(value),
    })),
    // `NAME:OTHER` takes the value of another one.
    ...texts(list(secret)).map((line): Variable => ({ name: line.split(':')[0]!, is: 'secret' })),
  ];
}

const hostsOf = (proxy: Fields): string[] =>
  [...texts(proxy.hosts), ...(text(proxy.host)?.split(',') ?? [])]
    .map((host) => host.trim())
    .filter((host) => /^[\w.-]+\.\w+$/.test(host));
