import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type Access, watchAccess } from './access.ts';
import { forward, type NextUpstream } from './forward.ts';
import { type Arrival, type Peer, peerAddress, requestId } from './headers.ts';
import { answerMaintenance, type Closed, isLetThrough } from './maintenance.ts';
import { portTaken } from './port-taken.ts';
import { answerProblem } from './problem.ts';
import { type Answer, createPublicServer } from './public-server.ts';
import type { RoutingTable } from './routing-table.ts';
import { type Target, targetOf } from './target.ts';
import type { Tunnel } from './tunnel.ts';
import type { Upstream } from './upstream.ts';

/** Milliseconds that a request waits for a service that is not up, as while a crashed one starts again. */
const patience = 5_000;
/** Between two tries, when the services are there but refuse. */
const retryPause = 50;

export interface GatewayOptions {
  /** Listens on every address of the machine; left out: on those that only the machine itself reaches. */
  readonly everywhere?: boolean;
  /**
   * Whether an address is the edge's, which ends TLS in front of the gateway: of nobody else is believed on whose behalf a request comes.
   * Left out: of everybody, as is right for an address that only this machine reaches.
   */
  readonly isEdge?: (address: string) => boolean | Promise<boolean>;
  /** Told of every request that can be passed on, when it has ended. */
  readonly log?: (access: Access) => void;
}

/**
 * The public address of an environment. Its connections to clients outlive releases: what changes at a cutover is the routing table,
 * in one assignment.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  #table: RoutingTable | null = null;
  /** Under maintenance: what every request is told that has no pass. Null: all are served. */
  closed: Closed | null = null;
  #servers = new Map<number, Server[]>();
  readonly #waiting = new Set<() => void>();

  constructor(options: GatewayOptions = {}) {
    this.#options = options;
  }

  /** Ports that it listens on. */
  get ports(): number[] {
    return [...this.#servers.keys()];
  }

  get table(): RoutingTable | null {
    return this.#table;
  }

  /**
   * From this assignment on, every new request goes to where `table` says; requests that have been given to a service stay
   * with it. Null: nothing is deployed.
   */
  route(table: RoutingTable | null): void {
    this.#table = table;
    for (const wake of [...this.#waiting]) wake();
  }

  /**
   * Listens on a port, for IPv4 and (where there is such) IPv6. Twice is the same as once.
   * @throws {ConductorError} `local.port-taken`
   */
  async listen(port: number): Promise<void> {
    if (this.#servers.has(port)) return;
    const [four, six] = this.#options.everywhere ? ['0.0.0.0', '::'] : ['127.0.0.1', '::1'];
    const servers = [await this.#open(port, four!)];
    try {
      servers.push(await this.#open(port, six!));
    } catch (error) {
      if (!isWithoutIpv6(error)) {
        for (const server of servers) server.close();
        throw error;
      }
    }
    this.#servers.set(port, servers);
  }

  /**
   * Stops listening on all ports but `kept`. Requests under way are finished, connections closed as they fall idle; what is left
   * after `grace` ms is cut off.
   */
  async closeAllBut(kept: number | null, grace = 30_000): Promise<void> {
    const closing = [...this.#servers].filter(([port]) => port !== kept);
    await Promise.all(
      closing.flatMap(([port, servers]) => {
        this.#servers.delete(port);
        return servers.map((server) => close(server, grace));
      }),
    );
  }

  async #open(port: number, host: string): Promise<Server> {
    const server = createPublicServer(this.#answer);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'EADDRINUSE' ? portTaken(port, error) : error);
      });
      server.listen({ port, host, backlog: 1024, ipv6Only: host.includes(':') }, resolve);
    });
    return server;
  }

  #answer: Answer = (req, res, tunnel) => {
    const { isEdge } = this.#options;
    if (isEdge === undefined) this.#answerTo('machine', req, res, tunnel);
    else {
      const known = isEdge(peerAddress(req));
      const go = (edge: boolean) => this.#answerTo(edge ? 'edge' : 'anybody', req, res, tunnel);
      // Awaited only where needed, as in `forward`.
      if (typeof known === 'boolean') go(known);
      else void known.then(go, () => go(false));
    }
  };

  #answerTo(peer: Peer, req: IncomingMessage, res: ServerResponse, tunnel: Tunnel | undefined): void {
    const arrival: Arrival = { id: requestId(req), peer };
    const { path, host = req.headers.host } = targetOf(req.url ?? '/', req.method) ?? { path: '/' };
    const target: Target = { path, ...(host !== undefined && { host }) };
    const { log } = this.#options;
    const given = log && watchAccess(req, res, target, arrival, tunnel, log);
    if (this.closed !== null && !isLetThrough(this.closed, req)) answerMaintenance(req, res, this.closed);
    else if (this.#table?.match(target.path, target.host) === undefined)
      answerProblem(req, res, 'nothing-deployed');
    else {
      forward(req, res, arrival, this.#nextFor(target, given), tunnel).catch((error: unknown) => {
        console.error(error);
        answerProblem(req, res, 'bad-gateway');
      });
    }
  }

  /** Picks upstreams for a request, by the table of the moment. */
  #nextFor({ path, host }: Target, given?: (upstream: Upstream) => void): NextUpstream {
    const deadline = performance.now() + patience;
    const pick: NextUpstream = (tried) => {
      const table = this.#table;
      const route = table?.match(path, host);
      const upstream = route && table?.pick(route, tried);
      if (upstream === undefined) return wait(tried);
      given?.(upstream);
      return upstream;
    };
    const wait = async (tried: Parameters<NextUpstream>[0]) => {
      if (performance.now() >= deadline) return undefined;
      await this.#change();
      tried.clear();
      return pick(tried);
    };
    return pick;
  }

  /** Resolves when the table has changed, or after a moment. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, retryPause);
      this.#waiting.add(wake);
    });
  }
}

function close(server: Server, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections();
      // Tunnels are not the server's any more; each ends with its service.
      resolve();
    }, grace);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const isWithoutIpv6 = (error: unknown) =>
  ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes((error as NodeJS.ErrnoException).code ?? '');
