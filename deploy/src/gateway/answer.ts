import type { IncomingMessage, ServerResponse } from 'node:http';
import { endToEnd, responseHeaders, type Stamp, trailersOf } from './headers.ts';

/** What a service says before the body. */
export interface ServiceAnswer {
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: string[];
}

/**
 * An event stream has no end of its own: it goes on until one of the two has enough. So it is nothing that is under way, and where
 * it stops, it was whole; the client asks again.
 */
export const isEventStream = ({ 'content-type': type }: IncomingMessage['headers']): boolean =>
  type !== undefined && /^text\/event-stream\b/i.test(type);

/**
 * Begins to answer the client as the service does; the body is still to come.
 * @throws when the service's status line or headers cannot be sent; nothing has been sent then
 */
export function beginAnswer(
  answer: ServiceAnswer,
  req: IncomingMessage,
  res: ServerResponse,
  stamp: Stamp,
): void {
  const coding = answer.headers['transfer-encoding'];
  // Without its name the coding would be taken for the content; and nobody asked for it.
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    throw new Error(`Transfer coding ${coding}`);
  const headers = responseHeaders(answer, stamp);
  // The rest of the body may or may not come; only a new connection is sure.
  if (!req.complete) headers.push('Connection', 'close');
  const { trailer } = answer.headers;
  if (trailer !== undefined && canCarryTrailers(answer, req)) headers.push('Trailer', String(trailer));
  res.writeHead(answer.statusCode, answer.statusMessage, headers);
}

/**
 * Sends the answer of a service to the client, with its body as it comes and its trailers.
 * @throws as {@link beginAnswer}
 */
export function answerWith(
  answer: IncomingMessage,
  req: IncomingMessage,
  res: ServerResponse,
  stamp: Stamp,
): void {
  beginAnswer(answer as IncomingMessage & ServiceAnswer, req, res, stamp);
  // Half an answer must not look like a whole one.
  answer.once('error', () => (isEventStream(answer.headers) ? res.end() : res.destroy()));
  answer.once('end', () => {
    if (answer.rawTrailers.length > 0) res.addTrailers(trailersOf(answer));
  });
  answer.pipe(res);
}

/** Trailers come after chunks, so where there are none (no body, a known length, HTTP/1.0) they cannot be announced. */
function canCarryTrailers(
  { statusCode, headers }: ServiceAnswer,
  { method, httpVersion }: IncomingMessage,
): boolean {
  const body = method !== 'HEAD' && statusCode !== 204 && statusCode !== 304;
  return body && httpVersion !== '1.0' && headers['content-length'] === undefined;
}

/**
 * Sends an answer that comes before the answer (102, 103) to a client that knows such (HTTP/1.1). While an earlier request of the
 * same connection is being answered there is no place for it, and it is left out.
 */
export function informWith(information: ServiceAnswer, req: IncomingMessage, res: ServerResponse): void {
  if (information.statusCode === 100) {
    // Node writes it at the right place.
    res.writeContinue();
    return;
  }
  if (req.httpVersion === '1.0' || res.headersSent || !res.socket?.writable) return;
  const { statusCode, statusMessage } = information;
  const raw = endToEnd({
    rawHeaders: information.rawHeaders,
    headers: information.headers,
  });
  let head = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`;
  for (let i = 0; i < raw.length; i += 2) head += `${raw[i]}: ${raw[i + 1]}\r\n`;
  res.socket.write(`${head}\r\n`, 'latin1');
}
