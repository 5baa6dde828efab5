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
  /** Connections kept for requests that may be repeated; see {@link forward}. */
  readonly kept: Pool;
  /** What its visitors were answered. */
  readonly traffic: Traffic;
  readonly #tunnels = new Set<Duplex>();
  #active = 0;
  #idle: (() => void)[] = [];

  /** `health`: path of its health check. */
  constructor(service: string, port: number, health?: string) {
    this.service = service;
    this.port = port;
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

  addTunnel(socket: Duplex): void {
    this.#tunnels.add(socket);
    socket.once('close', () => this.#tunnels.delete(socket));
  }

  /** A new connection; rejects before anything was sent, so trying elsewhere is always safe. */
  connect(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = new UpstreamSocket();
      socket.setNoDelay(true);
      socket.connect({ host: '127.0.0.1', port: this.port });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(socket);
      });
    });
  }

  /** Closes what nobody uses any more. */
  close(): void {
    void this.kept.destroy();
    for (const tunnel of this.#tunnels) tunnel.destroy();
  }
}
