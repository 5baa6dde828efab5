import type { Server } from 'node:http';
import { forward, type NextUpstream } from './forward.ts';
import { answerMaintenance, type Closed, isLetThrough } from './maintenance.ts';
import { portTaken } from './port-taken.ts';
import { answerProblem } from './problem.ts';
import { type Answer, createPublicServer } from './public-server.ts';
import type { RoutingTable } from './routing-table.ts';
import { targetOf } from './target.ts';

/** Milliseconds that a request waits for a service that is not up, as while a crashed one starts again. */
const patience = 5_000;
/** Between two tries, when the services are there but refuse. */
const retryPause = 50;

/**
 * The public address of an environment on this machine. Its connections to clients outlive releases: what changes at a
 * cutover is the routing table, in one assignment.
 */
export class Gateway {
  #table: RoutingTable | null = null;
  /** Under maintenance: what every request is told that has no pass. Null: all are served. */
  closed: Closed | null = null;
  #servers = new Map<number, Server[]>();
  readonly #waiting = new Set<() => void>();

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
   * Listens on a port of this machine, for IPv4 and (where there is such) IPv6. Twice is the same as once.
   * @throws {ConductorError} `local.port-taken`
   */
  async listen(port: number): Promise<void> {
    if (this.#servers.has(port)) return;
    const servers = [await this.#open(port, '127.0.0.1')];
    try {
      servers.push(await this.#open(port, '::1'));
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
      server.listen({ port, host, backlog: 1024, ipv6Only: host === '::1' }, resolve);
    });
    return server;
  }

  #answer: Answer = (req, res, tunnel) => {
    if (this.closed !== null && !isLetThrough(this.closed, req))
      return answerMaintenance(req, res, this.closed);
    const path = targetOf(req.url ?? '/', req.method)?.path ?? '/';
    if (this.#table?.match(path) === undefined) answerProblem(req, res, 'nothing-deployed');
    else {
      forward(req, res, this.#nextFor(path), tunnel).catch((error: unknown) => {
        console.error(error);
        answerProblem(req, res, 'bad-gateway');
      });
    }
  };

  /** Picks upstreams for a request of `path`, by the table of the moment. */
  #nextFor(path: string): NextUpstream {
    const deadline = performance.now() + patience;
    const pick: NextUpstream = (tried) => {
      const table = this.#table;
      const route = table?.match(path);
      const upstream = route && table?.pick(route, tried);
      return upstream ?? wait(tried);
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
