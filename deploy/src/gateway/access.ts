import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Arrival, peerAddress } from './headers.ts';
import type { Target } from './target.ts';
import type { Tunnel } from './tunnel.ts';
import type { Upstream } from './upstream.ts';

/** One request of a visitor and how it was answered: a line of an access log. */
export interface Access {
  /** ISO time at which it came. */
  readonly time: string;
  readonly method: string;
  readonly host: string;
  /** Without the query, in which there may be secrets. */
  readonly path: string;
  /** 499: the client left before there was an answer. */
  readonly status: number;
  /** From when it came until the answer was out, or the WebSocket had ended. */
  readonly ms: number;
  /** Sent to the client, headers included. */
  readonly bytes: number;
  /** Who answered; null: the gateway itself. */
  readonly service: string | null;
  readonly release: string | null;
  readonly id: string;
  /** Address of the visitor, as far as it is known for sure: what connected to the edge, or to the gateway. */
  readonly client: string;
}

/** Calls `tell` once, when the request has ended. Returns what notes to which upstream it was given last. */
export function watchAccess(
  req: IncomingMessage,
  res: ServerResponse,
  { path, host }: Target,
  { id, peer }: Arrival,
  tunnel: Tunnel | undefined,
  tell: (access: Access) => void,
): (upstream: Upstream) => void {
  const { socket } = req;
  const time = new Date().toISOString();
  const began = performance.now();
  const sent = socket.bytesWritten;
  // The last one was appended by the edge itself.
  const forwarded = peer === 'anybody' ? undefined : String(req.headers['x-forwarded-for'] ?? '');
  const client = forwarded?.split(',').at(-1)?.trim() || peerAddress(req);
  let answering: Upstream | undefined;
  let told = false;
  const end = () => {
    if (told) return;
    told = true;
    tell({
      time,
      method: req.method ?? '',
      host: host ?? req.headers.host ?? '',
      path: path.split('?', 1)[0]!,
      status: tunnel?.opened ? 101 : res.headersSent ? res.statusCode : 499,
      ms: Math.round(performance.now() - began),
      bytes: socket.bytesWritten - sent,
      service: answering?.service ?? null,
      release: answering?.release ?? null,
      id,
      client,
    });
  };
  res.once('close', end);
  // Of an agreement to a WebSocket, the response knows nothing.
  if (tunnel) socket.once('close', end);
  return (upstream) => {
    answering = upstream;
  };
}
