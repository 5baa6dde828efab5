import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Pool } from 'undici';
import { idleLimit, maxHeaderSize } from './limits.ts';
import { Presence } from './presence.ts';
import { Traffic } from './traffic.ts';
import { UpstreamSocket } from './upstream-socket.ts';

/** What is known of a replica besides its service and port. */
export interface UpstreamOptions {
  /** Version of the release that it runs. */
  readonly release?: string;
  /** Path of its health check. */
  readonly health?: string;
  /** Address; left out: this machine. */
  readonly host?: string;
  /** ms after which a connection that was not made counts as refused, for one on another machine; left out: when the system says so. */
  readonly connectWithin?: number;
}

/** ms in which one that could not be connected to is passed over, where there is another. */
const doubtFor = 1_000;

/** A replica as the gateway sees it: where it listens and what it has under way. */
export class Upstream {
  readonly service: string;
  readonly host: string;
  readonly port: number;
  /** Version of the release that it runs; undefined where that is not known. */
  readonly release: string | undefined;
  /** Connections kept for requests that may be repeated; see {@link forward}. */
  readonly kept: Pool;
  /** What its visitors were answered. */
  readonly traffic: Traffic;
  /** With what ends each. */
  readonly #tunnels = new Map<Duplex, () => void>();
  readonly #sockets = new Set<Socket>();
  readonly #connectWithin: number | undefined;
  /** Of one on another machine. */
  readonly #presence: Presence | undefined;
  #failed = false;
  #doubtfulUntil = 0;
  #active = 0;
  #idle: (() => void)[] = [];

  constructor(service: string, port: number, options: UpstreamOptions = {}) {
    const { release, health, host = '127.0.0.1', connectWithin } = options;
    this.service = service;
    this.host = host;
    this.port = port;
    this.#connectWithin = connectWithin;
    this.release = release;
    this.traffic = new Traffic(health);
    this.#presence =
      connectWithin === undefined
        ? undefined
        : new Presence(
            { host, port },
            connectWithin,
            () => ({ sockets: this.#sockets, waiting: this.#active }),
            () => this.letGo(),
          );
    this.kept = new Pool(`http://${host}:${port}`, {
      // As many as there are requests at once, one at a time on each.
      connections: null,
      pipelining: 1,
      headersTimeout: idleLimit,
      bodyTimeout: idleLimit,
      keepAliveTimeout: 60_000,
      maxHeaderSize,
      connect: (_options, done) => {
        this.connect().then(
          (socket) => done(null, socket),
          (error: Error) => done(error, null),
        );
      },
    });
  }

  /** Requests under way. Tunnels are not counted: they end when the service says so. */
  get active(): number {
    return this.#active;
  }

  get tunnels(): number {
    return this.#tunnels.size;
  }

  /** Connections that are open with it, for whatever. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** It could not be connected to a moment ago, or its machine is silent: another one is the better choice. */
  get doubtful(): boolean {
    if (this.#presence?.doubtful) return true;
    return this.#failed && performance.now() < this.#doubtfulUntil;
  }

  /** Counts a request until the returned function is called (once; more often changes nothing). */
  begin(): () => void {
    this.#active++;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#active--;
      if (this.#active > 0) return;
      for (const resolve of this.#idle.splice(0)) resolve();
    };
  }

  /** Resolves when no request is under way. */
  async idle(): Promise<void> {
    if (this.#active > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** @param end tells the client that it is to connect anew, and ends the tunnel */
  addTunnel(socket: Duplex, end: () => void): void {
    this.#tunnels.set(socket, end);
    socket.once('close', () => this.#tunnels.delete(socket));
  }

  /** A new connection; rejects before anything was sent, so trying elsewhere is always safe. */
  connect(): Promise<Socket> {
    // Of those that come while it is tried again, the others go elsewhere.
    this.#doubtfulUntil = performance.now() + doubtFor;
    return new Promise((resolve, reject) => {
      const socket = new UpstreamSocket();
      socket.setNoDelay(true);
      socket.connect({ host: this.host, port: this.port });
      const fail = (error: Error) => {
        clearTimeout(late);
        this.#failed = true;
        this.#doubtfulUntil = performance.now() + doubtFor;
        reject(error);
      };
      const late =
        this.#connectWithin === undefined
          ? undefined
          : setTimeout(() => socket.destroy(notConnected(this)), this.#connectWithin);
      socket.once('error', fail);
      this.#sockets.add(socket);
      // Let go of before it was made: there is no error then.
      const letGo = () => fail(notConnected(this));
      socket.once('close', () => this.#sockets.delete(socket));
      socket.once('close', letGo);
      socket.once('connect', () => {
        clearTimeout(late);
        this.#failed = false;
        socket.off('error', fail);
        socket.off('close', letGo);
        resolve(socket);
      });
    });
  }

  /**
   * Ends what clients still have open with the service, which goes on running and may serve again: WebSockets with a word, what else is
   * under way (an event stream, say) by closing it. They come back, and get to whoever serves now.
   */
  letGo(): void {
    for (const socket of this.#sockets) if (!this.#tunnels.has(socket)) socket.destroy();
    this.letTunnelsGo();
  }

  /** Ends its WebSockets with a word, and nothing else. */
  letTunnelsGo(): void {
    for (const end of [...this.#tunnels.values()]) end();
  }

  /** Takes no new requests: connections close as what is under way on them ends. */
  retire(): void {
    if (!this.kept.closed) void this.kept.close();
    if (this.connections === 0) this.#presence?.end();
  }

  /** Closes what nobody uses any more. */
  close(): void {
    this.#presence?.end();
    void this.kept.destroy();
    for (const tunnel of this.#tunnels.keys()) tunnel.destroy();
  }
}

/** As the system says it when nobody answers. */
const notConnected = ({ host, port }: Upstream): Error =>
  Object.assign(new Error(`connect ETIMEDOUT ${host}:${port}`), { code: 'ETIMEDOUT', syscall: 'connect' });
