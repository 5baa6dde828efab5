import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cluster, Service, Task } from './cluster.ts';

/** What an application answers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a test lets the applications of a service answer. */
export type App = (request: {
  readonly service: string;
  readonly task: Task;
  readonly path: string;
}) => Answer;

/** Tasks whose programs take requests. */
export const running = (cluster: Cluster, service: string): Task[] =>
  cluster.tasks.filter(
    (one) => isCalled(one, service) && one.status.state === 'running' && one.node?.gone === false,
  );

/** By its service's name, or by another one that it has in a network. */
const isCalled = ({ service: { spec } }: Task, name: string): boolean =>
  spec.Name === name || (spec.TaskTemplate.Networks ?? []).some(({ Aliases }) => Aliases?.includes(name));

/** Those that the network's name server tells of: one that is told to end is found no more, and answers until it has ended. */
export const listed = (cluster: Cluster, service: string): Task[] =>
  running(cluster, service).filter((one) => one.desired === 'running');

/** The applications that run in the swarm: a real server of each service, which answers as long as one of its tasks runs. */
export class Apps {
  readonly #cluster: Cluster;
  readonly #answer: App;
  readonly #servers = new Map<Service, Server>();
  /** Lets time pass on. */
  readonly #look: () => void;

  constructor(cluster: Cluster, answer: App, look: () => void) {
    this.#cluster = cluster;
    this.#answer = answer;
    this.#look = look;
  }

  /** Opens the server of a service that was made, and closes those of services that are gone. */
  async follow(): Promise<void> {
    const { services } = this.#cluster;
    for (const [service, server] of this.#servers)
      if (!services.includes(service)) {
        this.#servers.delete(service);
        stop(server);
      }
    for (const service of services) if (!this.#servers.has(service)) await this.#open(service);
  }

  addressOf(name: string): string | null {
    const service = this.#cluster.services.find(({ spec }) => spec.Name === name);
    const server = service && this.#servers.get(service);
    return server ? `http://127.0.0.1:${(server.address() as AddressInfo).port}` : null;
  }

  close(): void {
    for (const server of this.#servers.values()) stop(server);
  }

  async #open(service: Service): Promise<void> {
    const server = createServer((request, response) => {
      this.#look();
      const [task] = running(this.#cluster, service.spec.Name);
      // Nothing listens there.
      if (!task) return void request.socket.destroy();
      const {
        status,
        headers = {},
        body = '',
      } = this.#answer({
        service: service.spec.Name,
        task,
        path: request.url ?? '/',
      });
      response.writeHead(status, headers).end(body);
    });
    this.#servers.set(service, server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
}

function stop(server: Server): void {
  server.closeAllConnections();
  server.close();
}
