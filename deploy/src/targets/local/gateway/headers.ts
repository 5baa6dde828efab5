import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Headers of one connection, not of the message (RFC 9110, 7.6.1). Node writes its own. */
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

/** Written anew by {@link requestHeaders}. */
const ours = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-request-id']);

type Pairs = [name: string, value: string][];

function pairs(raw: readonly string[]): Pairs {
  const found: Pairs = [];
  for (let i = 0; i < raw.length; i += 2) found.push([raw[i]!, raw[i + 1]!]);
  return found;
}

/** Names that the Connection header declares to be of this connection only. */
function declared(connection: string | undefined): Set<string> {
  if (connection === undefined || /^(keep-alive|close|upgrade)$/i.test(connection)) return new Set();
  return new Set(connection.toLowerCase().split(/\s*,\s*/));
}

/** The headers of a message that belong to it from end to end, in order and in their spelling. */
export function endToEnd(message: IncomingMessage): Pairs {
  const named = declared(message.headers.connection);
  return pairs(message.rawHeaders).filter(([name]) => {
    const lower = name.toLowerCase();
    return !hopByHop.has(lower) && !named.has(lower);
  });
}

/**
 * Headers for the service. The address listens on this machine only, so a proxy in front of it (a tunnel, say) is believed
 * about the scheme and the host; the client's address is appended, as usual.
 */
export function requestHeaders(req: IncomingMessage, id: string): Pairs {
  const client = req.socket.remoteAddress?.replace(/^::ffff:/, '') ?? 'unknown';
  const before = req.headers['x-forwarded-for'];
  const host = req.headers['x-forwarded-host'] ?? req.headers.host;
  return [
    ...endToEnd(req).filter(([name]) => !ours.has(name.toLowerCase())),
    ['X-Forwarded-For', before === undefined ? client : `${before}, ${client}`],
    ['X-Forwarded-Proto', String(req.headers['x-forwarded-proto'] ?? 'http')],
    ...(host === undefined ? [] : ([['X-Forwarded-Host', String(host)]] as Pairs)),
    ['X-Request-Id', id],
  ];
}

/** The request's own id where it has a sane one, else a new one. */
export function requestId(req: IncomingMessage): string {
  const given = req.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID();
}

/** Headers for the client: the service's, and the request's id where the service did not repeat it. */
export function responseHeaders(answer: IncomingMessage, id: string): Pairs {
  const headers = endToEnd(answer);
  return answer.headers['x-request-id'] === undefined ? [...headers, ['X-Request-Id', id]] : headers;
}
