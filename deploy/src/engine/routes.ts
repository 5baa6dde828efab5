import type { Observed } from '../model/observed.ts';
import type { Service } from '../model/service.ts';

/** A public address at which a service can be asked. */
export interface Route {
  readonly service: string;
  readonly url: string;
  /** The address is the service's health path, so only a 2xx is a good answer; else everything below 500 is one. */
  readonly health: boolean;
}

/** Whether a public path falls under a prefix: `/api` covers `/api` and `/api/x`, not `/apis`. */
const under = (path: string, prefix: string) =>
  prefix === '/' || path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);

/** The service to which the public address routes a path: the one with the longest prefix. */
export function serviceAt(
  path: string,
  services: readonly Pick<Service, 'name' | 'paths'>[],
): string | undefined {
  const prefixes = services.flatMap(({ name, paths }) => paths.map((prefix) => ({ name, prefix })));
  const matching = prefixes.filter(({ prefix }) => under(path, prefix));
  return matching.sort((a, b) => b.prefix.length - a.prefix.length)[0]?.name;
}

/**
 * One route for each public service: its health path where that is reachable from outside, else its first path.
 * Services without a public address are left out.
 */
export function publicRoutes(
  services: readonly Pick<Service, 'name' | 'paths' | 'health'>[],
  urls: Observed['urls'],
): Route[] {
  return services.flatMap((service) => {
    const base = urls[service.name];
    const first = service.paths[0];
    if (base === undefined || first === undefined) return [];
    const health = service.health?.path;
    const reachable = health !== undefined && serviceAt(health, services) === service.name;
    return [{ service: service.name, url: base + (reachable ? health : first), health: reachable }];
  });
}
