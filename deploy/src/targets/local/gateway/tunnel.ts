import { type IncomingMessage, request } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { NextUpstream } from './forward.ts';
import { endToEnd, requestHeaders, requestId } from './headers.ts';
import { rawProblem } from './problem.ts';
import type { Upstream } from './upstream.ts';

/**
 * Hands a connection that asks for an upgrade (a WebSocket) over to a service. Once the service agrees, the two talk to each
 * other directly; the gateway only counts the tunnel, and its end is the service's business (1012 when it stops).
 */
export async function openTunnel(
  req: IncomingMessage,
  client: Duplex,
  head: Buffer,
  next: NextUpstream,
): Promise<void> {
  client.on('error', () => client.destroy());
  // It may be silent for as long as the two like.
  if (client instanceof Socket) client.setTimeout(0);
  const tried = new Set<Upstream>();
  for (;;) {
    const upstream = await next(tried);
    if (client.destroyed) return;
    if (upstream === undefined) {
      client.end(rawProblem('unavailable'));
      return;
    }
    const end = upstream.begin();
    let socket: Socket;
    try {
      socket = await upstream.connect();
    } catch {
      // Nothing was sent, whatever the reason.
      end();
      tried.add(upstream);
      continue;
    }
    await shakeHands(req, client, head, upstream, socket);
    end();
    return;
  }
}

function shakeHands(
  req: IncomingMessage,
  client: Duplex,
  head: Buffer,
  upstream: Upstream,
  socket: Socket,
): Promise<void> {
  const headers = requestHeaders(req, requestId(req));
  headers.push(['Connection', 'Upgrade'], ['Upgrade', String(req.headers.upgrade)]);
  const outgoing = request({
    createConnection: () => socket,
    method: req.method,
    path: req.url,
    setDefaultHeaders: false,
    headers: headers.flat(),
  });
  return new Promise((resolve) => {
    client.once('close', () => {
      socket.destroy();
      resolve();
    });
    outgoing.once('upgrade', (answer, _socket, first) => {
      client.write(
        statusAndHeaders(answer, [
          ['Connection', 'Upgrade'],
          ['Upgrade', String(answer.headers.upgrade)],
        ]),
      );
      if (first.length > 0) client.write(first);
      if (head.length > 0) socket.write(head);
      upstream.addTunnel(socket);
      socket.on('error', () => client.destroy());
      socket.once('close', () => farewell(client));
      socket.pipe(client);
      client.pipe(socket);
      resolve();
    });
    outgoing.once('response', (answer) => {
      client.write(statusAndHeaders(answer, [['Connection', 'close']]));
      answer.pipe(client);
      answer.once('error', () => client.destroy());
    });
    outgoing.once('error', () => {
      client.end(rawProblem('bad-gateway'));
      resolve();
    });
    outgoing.end();
  });
}

/** ms that a client may take to close its side. */
const partingLimit = 5_000;

/** Ends a client whose service has gone: what it still says is for nobody, but must be read for its end to be seen. */
function farewell(client: Duplex): void {
  client.end();
  client.resume();
  const timer = setTimeout(() => client.destroy(), partingLimit);
  client.once('close', () => clearTimeout(timer));
}

function statusAndHeaders(answer: IncomingMessage, more: [string, string][]): string {
  const lines = [...endToEnd(answer), ...more].map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines.join('')}\r\n`;
}
