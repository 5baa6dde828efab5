import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Pool } from 'undici';
import { idleLimit, maxHeaderSize } from './limits.ts';
import { Traffic } from './traffic.ts';
import { UpstreamSocket } from './upstream-socket.ts';

/** A replica as the gateway sees it: where it listens and what it has under way. */
export class Upstream {
  readonly service: string;
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
  #active = 0;
  #idle: (() => void)[] = [];

  /** `health`: path of its health check. */
  constructor(
    service: string,
    port: number,
    { release, health }: { readonly release?: string; readonly health?: string } = {},
  ) {
    this.service = service;
    this.port = port;
    this.release = release;
    this.traffic = new Traffic(health);
    this.kept = new Pool(`http://127.0.0.1:${port}`, {
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
    return new Promise((resolve, reject) => {
      const socket = new UpstreamSocket();
      socket.setNoDelay(true);
      socket.connect({ host: '127.0.0.1', port: this.port });
      socket.once('error', reject);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(socket);
      });
    });
  }

  /**
   * Ends what clients still have open with the service, which goes on running and may serve again: WebSockets with a word, what else is
   * under way (an event stream, say) by closing it. They come back, and get to whoever serves now.
   */
  letGo(): void {
    for (const socket of this.#sockets) {
      const endTunnel = this.#tunnels.get(socket);
      if (endTunnel === undefined) socket.destroy();
      else endTunnel();
    }
  }

  /** Closes what nobody uses any more. */
  close(): void {
    void this.kept.destroy();
    for (const tunnel of this.#tunnels.keys()) tunnel.destroy();
  }
}
