import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { passHeader } from './maintenance.ts';

/** Names and values in turn, in order and in their spelling, as `rawHeaders` has them. */
export type RawHeaders = string[];

/** Headers of one connection, not of the message (RFC 9110, 7.6.1). Each side gets its own. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Written anew by {@link requestHeaders}, but for the pass, which is for the gateway alone. */
const ours = new Set([
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-request-id',
  passHeader,
]);

/**
 * Headers with a meaning for the receiver of the message. A sender that lists one in Connection is mistaken (RFC 9110, 7.6.1) or
 * wants to take the length, the host or the caller's identity from a request on its way.
 */
const meantForTheReceiver =
  /^(?:host|date|cookie|set-cookie|authorization|www-authenticate|origin|referer|user-agent|server|via|forwarded|expect|range|etag|vary|location|allow|age|expires|pragma|cache-control|last-modified|retry-after|x-request-id|(?:content|accept|if|sec|access-control|x-forwarded)-.+|accept)$/;

/** Names that the Connection header declares to be of this connection only. */
function declared(connection: string | undefined): ReadonlySet<string> | null {
  if (connection === undefined || /^(?:keep-alive|close|upgrade)$/i.test(connection)) return null;
  const names = connection.toLowerCase().split(',', 100);
  return new Set(names.map((name) => name.trim()).filter((name) => !meantForTheReceiver.test(name)));
}

/** The headers of a message that belong to it from end to end, without those that `dropped` has. */
export function endToEnd(
  { rawHeaders, headers }: Pick<IncomingMessage, 'rawHeaders' | 'headers'>,
  dropped?: Pick<ReadonlySet<string>, 'has'>,
): RawHeaders {
  const named = declared(headers.connection);
  const found: RawHeaders = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || dropped?.has(lower) || named?.has(lower)) continue;
    found.push(name, rawHeaders[i + 1]!);
  }
  return found;
}

const oursAndHost = new Set([...ours, 'host']);

/** Whatever else says on whose behalf a request comes. */
const onBehalf = /^(?:forwarded|x-real-ip|x-client-ip|x-forwarded-.+)$/;

/**
 * Who is at the other end of a connection. `machine`: somebody on this machine, as at an address that only listens on it. `edge`: the
 * proxy in front that ends TLS. `anybody`: whoever reaches the address.
 */
export type Peer = 'machine' | 'edge' | 'anybody';

/** What the gateway knows of a request besides what it says. */
export interface Arrival {
  /** See {@link requestId}. */
  readonly id: string;
  readonly peer: Peer;
}

/** Address at the other end of the connection that a request came on. */
export const peerAddress = ({ socket }: IncomingMessage): string =>
  socket.remoteAddress?.replace(/^::ffff:/, '') ?? 'unknown';

/**
 * Headers for the service. A proxy on this machine (a tunnel, say), or the edge, is believed about scheme, host and the addresses
 * before it, to which its own is appended, as usual. Of anybody else the service is told what the connection says. Other headers of
 * that kind, which the edge does not set but passes on, are left out, unless they come from this machine.
 * @param host the host that the request target names, where it names one
 */
export function requestHeaders(
  req: IncomingMessage,
  { id, peer }: Arrival,
  host: string | undefined,
): RawHeaders {
  const { socket, headers } = req;
  const client = peerAddress(req);
  const said: IncomingMessage['headers'] = peer === 'anybody' ? {} : headers;
  const before = said['x-forwarded-for'];
  const own = host === undefined ? ours : oursAndHost;
  const found = endToEnd(
    req,
    peer === 'machine' ? own : { has: (name) => own.has(name) || onBehalf.test(name) },
  );
  // Only HTTP/1.0 may come without one; to the service it is HTTP/1.1, where it must be there.
  const asked = host ?? headers.host ?? `${socket.localAddress}:${socket.localPort}`;
  if (host !== undefined || headers.host === undefined) found.unshift('Host', asked);
  // All that a service may be told of TE: that whoever asks reads trailers.
  if (/(?:^|,)\s*trailers\s*(?:,|$)/i.test(String(headers.te ?? ''))) found.push('TE', 'trailers');
  found.push(
    ...['X-Forwarded-For', before === undefined ? client : `${before}, ${client}`],
    ...['X-Forwarded-Proto', String(said['x-forwarded-proto'] ?? 'http')],
    ...['X-Forwarded-Host', String(said['x-forwarded-host'] ?? asked)],
    ...['X-Request-Id', id],
  );
  return found;
}

/** The request's own id where it has a sane one, else a new one. */
export function requestId(req: IncomingMessage): string {
  const given = req.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID();
}

const length: ReadonlySet<string> = new Set(['content-length']);

/** What the gateway says of an answer where the service does not say it itself. */
export interface Stamp {
  /** The request's id. */
  readonly id: string;
  /** Version of the release that the service belongs to; left out where it is not known. */
  readonly release?: string | undefined;
}

/** Headers for the client: the service's, and the stamp where the service does not say the same. */
export function responseHeaders(
  answer: Pick<IncomingMessage, 'rawHeaders' | 'headers' | 'statusCode'>,
  { id, release }: Stamp,
): RawHeaders {
  // 204 has no body: a client that believed in one would take the next answer for it (RFC 9110, 8.6).
  const found = endToEnd(answer, answer.statusCode === 204 ? length : undefined);
  if (answer.headers['x-request-id'] === undefined) found.push('X-Request-Id', id);
  if (release !== undefined && answer.headers['x-release'] === undefined) found.push('X-Release', release);
  return found;
}

/** Headers that must not come after the message that they are about (RFC 9110, 6.5.1). */
const neverTrailing =
  /^(?:host|content-(?:length|encoding|type|range)|authorization|set-cookie|cookie|cache-control|expect|range|te)$/;

/** The trailers of a message that was read to its end, in pairs. */
export function trailersOf({
  rawTrailers,
}: Pick<IncomingMessage, 'rawTrailers'>): [name: string, value: string][] {
  const found: [string, string][] = [];
  for (let i = 0; i < rawTrailers.length; i += 2) {
    const name = rawTrailers[i]!;
    const lower = name.toLowerCase();
    if (!hopByHop.has(lower) && !neverTrailing.test(lower)) found.push([name, rawTrailers[i + 1]!]);
  }
  return found;
}
