import { delimiter, join } from 'node:path';
import { cleanEnvironment } from '../../../model/clean-environment.ts';
import type { RolloutSpec, ServiceSpec } from './protocol.ts';

/** What the services of a release refer to, by name. */
export interface Addresses {
  /** Ports of the replicas of each service of this release. */
  readonly ports: ReadonlyMap<string, readonly number[]>;
  readonly stores: ReadonlyMap<string, string>;
}

/** The environment of one process of a service (or of the release task, which has no port). */
export function serviceEnvironment(
  spec: RolloutSpec,
  service: ServiceSpec,
  port: number | null,
  addresses: Addresses,
  machine: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const variables = Object.entries(service.variables).map(([name, variable]) => {
    if (variable.kind === 'store') return [name, storeUrl(variable.store, addresses)] as const;
    if (variable.kind === 'service') return [name, serviceAddress(spec, variable, addresses)] as const;
    return [name, variable.value] as const;
  });
  return {
    // Of the host's own environment only what concerns the machine: settings come from the release alone.
    ...cleanEnvironment([], machine),
    PATH: [...programFolders(spec, service), ...spec.bin, machine.PATH ?? ''].join(delimiter),
    NODE_COMPILE_CACHE: spec.compileCache,
    ...Object.fromEntries(variables),
    ...(port === null ? {} : { PORT: String(port) }),
    HOST: '127.0.0.1',
    CONDUCTOR_RELEASE: spec.version,
    CONDUCTOR_COMMIT: spec.commit ?? '',
    CONDUCTOR_SERVICE: service.name,
    CONDUCTOR_ENVIRONMENT: spec.environment,
  };
}

/** Where the programs of packages are: those of the service's own folder, and those of the project's. */
const programFolders = ({ folder }: RolloutSpec, { cwd }: ServiceSpec): Set<string> =>
  new Set([cwd, folder].map((each) => join(each, 'node_modules', '.bin')));

/** What a process of a service, and all that it starts, is known by. */
export const marksOf = (version: string, service: string, port: number): Record<string, string> => ({
  CONDUCTOR_RELEASE: version,
  CONDUCTOR_SERVICE: service,
  PORT: String(port),
});

function storeUrl(name: string, { stores }: Addresses): string {
  const url = stores.get(name);
  if (url === undefined) throw new Error(`The release has no store ${name}.`);
  return url;
}

/** Public services are reached through the gateway, whose address outlives releases; others at their first replica. */
function serviceAddress(
  spec: RolloutSpec,
  { service, property }: { service: string; property: 'url' | 'host' },
  { ports }: Addresses,
): string {
  const found = spec.services.find(({ name }) => name === service);
  if (found === undefined) throw new Error(`The release has no service ${service}.`);
  const host = found.paths.length > 0 ? 'localhost' : '127.0.0.1';
  if (property === 'host') return host;
  return `http://${host}:${found.paths.length > 0 ? spec.port : ports.get(service)?.[0]}`;
}
