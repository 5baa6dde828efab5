import { hostNameOf } from './host-name.ts';
import type { Upstream } from './upstream.ts';

/** Requests whose path begins with `prefix` go to one of `upstreams`, in turn. */
export interface Route {
  /** Only requests for one of these hosts, without port, in any case. Left out: those for hosts that no route names. */
  readonly hosts?: readonly string[];
  readonly prefix: string;
  readonly upstreams: readonly Upstream[];
}

/**
 * Which service takes which path: the longest prefix wins. A host that a route names has only its own routes. Never changed, only
 * replaced as a whole.
 */
export class RoutingTable {
  readonly routes: readonly Route[];
  readonly #ofHost = new Map<string, Route[]>();
  readonly #ofOthers: readonly Route[];
  readonly #turn = new Map<Route, number>();

  constructor(routes: readonly Route[]) {
    this.routes = routes.toSorted((a, b) => b.prefix.length - a.prefix.length);
    this.#ofOthers = this.routes.filter(({ hosts }) => hosts === undefined);
    for (const route of this.routes)
      for (const host of new Set(route.hosts?.map(hostNameOf)))
        this.#ofHost.set(host, [...(this.#ofHost.get(host) ?? []), route]);
  }

  /**
   * The route of a path and query such as `/api/v1/leads?limit=1`; `*` is the whole server's, so `/` takes it.
   * @param host for which it is asked, with or without port
   */
  match(target: string, host = ''): Route | undefined {
    const path = target === '*' ? '/' : target.split('?', 1)[0]!;
    const own = this.#ofHost.size > 0 ? this.#ofHost.get(hostNameOf(host)) : undefined;
    return (own ?? this.#ofOthers).find(({ prefix }) => covers(prefix, path));
  }

  /** The next upstream of a route in turn, passing over those in `tried`, and doubtful ones where there is another. */
  pick(route: Route, tried: ReadonlySet<Upstream>): Upstream | undefined {
    return (
      this.#next(route, (upstream) => !tried.has(upstream) && !upstream.doubtful) ??
      this.#next(route, (upstream) => !tried.has(upstream))
    );
  }

  #next(route: Route, fits: (upstream: Upstream) => boolean): Upstream | undefined {
    const { upstreams } = route;
    const turn = this.#turn.get(route) ?? 0;
    for (let i = 0; i < upstreams.length; i++) {
      const at = (turn + i) % upstreams.length;
      const upstream = upstreams[at]!;
      if (!fits(upstream)) continue;
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
