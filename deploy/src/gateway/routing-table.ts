import type { Upstream } from './upstream.ts';

/** Requests whose path begins with `prefix` go to one of `upstreams`, in turn. */
export interface Route {
  readonly prefix: string;
  readonly upstreams: readonly Upstream[];
}

/** Which service takes which path: the longest prefix wins. Never changed, only replaced as a whole. */
export class RoutingTable {
  readonly routes: readonly Route[];
  readonly #turn = new Map<Route, number>();

  constructor(routes: readonly Route[]) {
    this.routes = routes.toSorted((a, b) => b.prefix.length - a.prefix.length);
  }

  /** The route of a path and query such as `/api/v1/leads?limit=1`; `*` is the whole server's, so `/` takes it. */
  match(target: string): Route | undefined {
    const path = target === '*' ? '/' : target.split('?', 1)[0]!;
    return this.routes.find(({ prefix }) => covers(prefix, path));
  }

  /** The next upstream of a route in turn, passing over those in `tried`. */
  pick(route: Route, tried: ReadonlySet<Upstream>): Upstream | undefined {
    const { upstreams } = route;
    const turn = this.#turn.get(route) ?? 0;
    for (let i = 0; i < upstreams.length; i++) {
      const at = (turn + i) % upstreams.length;
      const upstream = upstreams[at]!;
      if (tried.has(upstream)) continue;
      this.#turn.set(route, at + 1);
      return upstream;
    }
    return undefined;
  }
}

/** `/api` covers `/api` and `/api/v1`, but not `/apis`. */
function covers(prefix: string, path: string): boolean {
  if (!path.startsWith(prefix)) return false;
  return prefix.endsWith('/') || path.length === prefix.length || path[prefix.length] === '/';
}
