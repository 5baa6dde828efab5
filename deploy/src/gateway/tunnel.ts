import { type IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Frames, restartFrame } from './frames.ts';
import { endToEnd } from './headers.ts';
import { part } from './parting.ts';
import type { Upstream } from './upstream.ts';

/**
 * True for a request that asks for a WebSocket. Any other upgrade (h2c, say) is an offer that a server may pass over (RFC 9110,
 * 7.8): such a request is answered as the plain one that it also is.
 */
export function asksForWebSocket({ method, httpVersion, headers }: IncomingMessage): boolean {
  const bodiless = headers['content-length'] === undefined && headers['transfer-encoding'] === undefined;
  const offers = (headers.upgrade ?? '').toLowerCase().split(',');
  const asked = offers.some((offer) => offer.trim() === 'websocket');
  return asked && method === 'GET' && bodiless && httpVersion !== '1.0';
}

/** ms that a service may take to end the frame that it has begun, when its tunnel is to end. */
const frameLimit = 2_000;

/**
 * A connection that asks for an upgrade. Once the service agrees, the two talk to each other directly; the gateway only counts the
 * tunnel, and its end is the service's business (1012 when it stops), unless the service goes on and is no longer the one that serves:
 * then the gateway says so in its place.
 */
export class Tunnel {
  readonly protocol = 'websocket';
  readonly #client: Duplex;
  readonly #head: Buffer;
  /** For every answer but the agreement; the connection ends with it. */
  readonly response: ServerResponse;
  /** The service has agreed. */
  opened = false;

  /** @param head what the client has said already, for after the upgrade */
  constructor(req: IncomingMessage, client: Duplex, head: Buffer) {
    this.#client = client;
    this.#head = head;
    client.on('error', () => client.destroy());
    // It may be silent for as long as the two like.
    if (client instanceof Socket) client.setTimeout(0);
    const res = new ServerResponse(req);
    res.assignSocket(client as Socket);
    res.shouldKeepAlive = false;
    // As Node does for the responses that it makes.
    const drain = () => res.emit('drain');
    client.on('drain', drain);
    res.once('finish', () => {
      client.off('drain', drain);
      res.detachSocket(client as Socket);
      part(client);
      res.emit('close');
    });
    this.response = res;
  }

  /** Passes on the agreement of the service, and connects the two. */
  open(answer: IncomingMessage, first: Buffer, upstream: Upstream, socket: Socket): void {
    const client = this.#client;
    this.opened = true;
    this.response.detachSocket(client as Socket);
    const headers = endToEnd(answer);
    headers.push('Connection', 'Upgrade', 'Upgrade', answer.headers.upgrade ?? this.protocol);
    let agreement = `HTTP/1.1 101 ${answer.statusMessage}\r\n`;
    for (let i = 0; i < headers.length; i += 2) agreement += `${headers[i]}: ${headers[i + 1]}\r\n`;
    client.write(`${agreement}\r\n`, 'latin1');
    const frames = new Frames();
    if (first.length > 0) client.write(first);
    frames.read(first);
    if (this.#head.length > 0) socket.write(this.#head);
    const follow = (bytes: Buffer) => void frames.read(bytes);
    upstream.addTunnel(socket, () => {
      socket.off('data', follow);
      this.#close(socket, frames);
    });
    socket.setTimeout(0);
    socket.on('error', () => client.destroy());
    socket.once('close', () => part(client));
    client.once('close', () => socket.destroy());
    socket.on('data', follow);
    socket.pipe(client);
    client.pipe(socket);
  }

  /** Tells the client that the service is restarted, between two frames of the service, and ends both connections. */
  #close(socket: Socket, frames: Frames): void {
    const client = this.#client;
    socket.unpipe(client);
    const close = () => {
      if (!frames.closed) client.write(restartFrame);
      part(client);
      socket.destroy();
    };
    if (frames.between) {
      close();
      return;
    }
    const late = setTimeout(() => socket.destroy(), frameLimit);
    socket.once('close', () => clearTimeout(late));
    socket.on('data', (bytes: Buffer) => {
      if (frames.between) return;
      client.write(bytes.subarray(0, frames.read(bytes, true)));
      if (frames.between) close();
    });
    socket.resume();
  }
}
