import type { Service } from '../../model/service.ts';
import type { RoutedService } from '../../switch/protocol.ts';
import type { TargetContext } from '../kind.ts';
import { port } from '../variables.ts';
import { addressOf } from './dial.ts';
import type { SwarmSettings } from './index.ts';
import { serviceName } from './names.ts';

type Context = Pick<TargetContext<SwarmSettings>, 'settings' | 'domains' | 'project' | 'environment'>;

/** Whether visitors find both without being told of a port. */
export const areUsual = ({ http, https }: SwarmSettings['ports']): boolean => http === 80 && https === 443;

/** Host by which the server is reached while it has no domain. */
export function serverHost({ host, address }: Pick<SwarmSettings, 'host' | 'address'>): string {
  if (address !== undefined) return address;
  const found = addressOf(host);
  return found?.kind === 'ssh' ? found.host : '127.0.0.1';
}

/** The same as a socket wants it: an address of IPv6 without brackets. */
export const bareServerHost = (settings: Pick<SwarmSettings, 'host' | 'address'>): string =>
  serverHost(settings).replace(/^\[(.*)\]$/, '$1');

/** Its address, without certificate. */
export const serverUrl = (settings: SwarmSettings): string =>
  `http://${serverHost(settings)}${settings.ports.http === 80 ? '' : `:${settings.ports.http}`}`;

/** Under which hosts a service answers: its own; one that has none answers under its paths on those of the others. */
export function hostsOf(service: string, domains: TargetContext['domains']): readonly string[] {
  const own = domains[service] ?? [];
  return own.length > 0 ? own : Object.values(domains).flat();
}

/** How a service is called for good: by its own domain, else by one that leads to it by its paths, else by the server's address. */
export function publicUrl(service: string, { domains, settings }: Context): string {
  const host = hostsOf(service, domains)[0];
  return host === undefined
    ? serverUrl(settings)
    : `https://${host}${settings.ports.https === 443 ? '' : `:${settings.ports.https}`}`;
}

/** What the switch is told of the services of a release. Under the bare address of the server all of them answer, by their paths. */
export function tableOf(services: readonly Service[], version: string, context: Context): RoutedService[] {
  return services
    .filter(({ paths }) => paths.length > 0)
    .flatMap((service) => {
      const own = context.domains[service.name] ?? [];
      const hosts = hostsOf(service.name, context.domains);
      const served: RoutedService = {
        service: service.name,
        release: version,
        paths: [...service.paths],
        name: serviceName(context, service.name, version),
        port,
        ...(service.health && { health: service.health.path }),
      };
      if (hosts.length === 0) return [served];
      // A host of its own alone is all its own.
      const alone =
        Object.values(context.domains).filter((all) => all.some((host) => own.includes(host))).length === 1;
      return [served, { ...served, hosts: [...hosts], paths: alone ? ['/'] : served.paths }];
    });
}
