import { constants, performServerHandshake, type ServerHttp2Stream } from 'node:http2';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Opens a connection in the network that this process is in. */
export type Reach = (port: number, host: string) => Socket;

const reach: Reach = (port, host) => connect({ port, host, allowHalfOpen: true });

/**
 * Leads connections on that come over one stream, each as a CONNECT of HTTP/2 (RFC 9113 §8.5), so that none holds up another. One that cannot be
 * made is answered with 502 and why. Resolves when the stream has ended.
 */
export function leadOn(stream: Duplex, to: Reach = reach): Promise<void> {
  const session = performServerHandshake(stream);
  session.on('stream', (one, { ':method': method, ':authority': authority = '' }) => {
    const target = method === 'CONNECT' ? /^(.+):(\d{1,5})$/.exec(authority) : null;
    if (!target) return refuse(one, 400, 'is no CONNECT to a host and a port');
    join(one, to(Number(target[2]), target[1]!));
  });
  session.on('error', () => {});
  return new Promise((resolve) => session.once('close', resolve));
}

function refuse(one: ServerHttp2Stream, status: number, why: string): void {
  one.respond({ ':status': status });
  one.end(why);
}

function join(one: ServerHttp2Stream, socket: Socket): void {
  one.on('error', () => socket.destroy());
  one.once('close', () => socket.destroy());
  socket.once('connect', () => {
    one.respond({ ':status': constants.HTTP_STATUS_OK });
    one.pipe(socket).pipe(one);
  });
  socket.on('error', ({ message }) => {
    if (one.headersSent) one.close(constants.NGHTTP2_CONNECT_ERROR);
    else if (!one.destroyed) refuse(one, constants.HTTP_STATUS_BAD_GATEWAY, message);
  });
}
