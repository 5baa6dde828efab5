import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { requestHeaders, requestId, responseHeaders } from './headers.ts';
import { answerProblem } from './problem.ts';
import type { Upstream } from './upstream.ts';

/** Gives the upstream to try next, waiting for one to come up where that is likely; undefined when there is none. */
export type NextUpstream = (tried: Set<Upstream>) => Promise<Upstream | undefined> | Upstream | undefined;

/** Milliseconds without a byte in either direction after which a service is taken to be stuck. */
const idleLimit = 120_000;

/** How often a request that may be repeated is sent at most: one that brings services down must not bring down all. */
const attemptLimit = 2;

/**
 * Sends a request to a service and its answer back, streaming both ways.
 *
 * No request is lost to a connection that the service closes while it is idle: only requests that may be repeated (GET, HEAD
 * and OPTIONS without a body) go over kept connections, and are sent once more when one breaks before the answer begins; all
 * others get a connection of their own, made before anything is sent, so that a refusal is a reason to try elsewhere.
 */
export async function forward(req: IncomingMessage, res: ServerResponse, next: NextUpstream): Promise<void> {
  const id = requestId(req);
  const tried = new Set<Upstream>();
  let sent = 0;
  for (;;) {
    const picked = next(tried);
    // Awaited only where needed: in the usual case the request is counted before anything else can happen.
    const upstream = picked instanceof Promise ? await picked : picked;
    if (res.destroyed) return;
    if (upstream === undefined) {
      answerProblem(req, res, sent > 0 ? 'bad-gateway' : 'unavailable');
      return;
    }
    const end = upstream.begin();
    const outcome = repeatable(req)
      ? await exchange(req, res, id, onKeptConnection(req, id, upstream))
      : await exchangeOnOwnConnection(req, res, id, upstream);
    end();
    if (outcome === 'done') return;
    tried.add(upstream);
    if (outcome === 'broken' && (++sent >= attemptLimit || !repeatable(req))) {
      answerProblem(req, res, 'bad-gateway');
      return;
    }
  }
}

/**
 * `refused`: nothing was sent. `broken`: it was sent, and nothing came back. `done`: answered, or nobody is there any more to
 * be answered.
 */
type Outcome = 'refused' | 'broken' | 'done';

function repeatable(req: IncomingMessage): boolean {
  const bodiless =
    req.headers['transfer-encoding'] === undefined && (req.headers['content-length'] ?? '0') === '0';
  return bodiless && (req.method === 'GET' || req.method === 'HEAD' || req.method === 'OPTIONS');
}

function onKeptConnection(req: IncomingMessage, id: string, { agent, port }: Upstream): ClientRequest {
  const headers = requestHeaders(req, id).flat();
  return request({ ...target(req), agent, host: '127.0.0.1', port, headers });
}

async function exchangeOnOwnConnection(
  req: IncomingMessage,
  res: ServerResponse,
  id: string,
  upstream: Upstream,
): Promise<Outcome> {
  let socket: Socket;
  try {
    socket = await upstream.connect();
  } catch {
    // Nothing was sent, whatever the reason.
    return 'refused';
  }
  if (res.destroyed) {
    socket.destroy();
    return 'done';
  }
  const headers = [...requestHeaders(req, id), ['Connection', 'close']];
  // A length that is not known beforehand needs the framing that belongs to this connection.
  if (req.headers['transfer-encoding'] !== undefined) headers.push(['Transfer-Encoding', 'chunked']);
  const outgoing = request({ ...target(req), createConnection: () => socket, headers: headers.flat() });
  return exchange(req, res, id, outgoing);
}

/** Node's own headers are left out: the request has its headers already. */
const target = ({ method, url }: IncomingMessage) => ({ method, path: url, setDefaultHeaders: false });

function exchange(
  req: IncomingMessage,
  res: ServerResponse,
  id: string,
  outgoing: ClientRequest,
): Promise<Outcome> {
  return new Promise((resolve) => {
    let answered = false;
    const gone = () => {
      // Either all of the answer is out, or the client left and the service need not go on.
      if (!res.writableFinished) outgoing.destroy();
      resolve('done');
    };
    res.once('close', gone);

    outgoing.setTimeout(idleLimit, () => {
      if (!answered) answerProblem(req, res, 'timeout');
      outgoing.destroy();
    });
    outgoing.once('continue', () => res.writeContinue());
    outgoing.once('response', (answer) => {
      answered = true;
      answerWith(answer, req, res, id);
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // A service may answer before it has read all of the request, and close; its answer is what counts.
      if (answered || res.destroyed || res.headersSent) return;
      res.off('close', gone);
      req.unpipe(outgoing);
      resolve(error.syscall === 'connect' ? 'refused' : 'broken');
    });

    if (repeatable(req)) outgoing.end();
    else {
      // The client waits for a word before it sends the body, so the service must see the headers without it.
      if (req.headers.expect !== undefined) outgoing.flushHeaders();
      req.pipe(outgoing);
    }
  });
}

function answerWith(answer: IncomingMessage, req: IncomingMessage, res: ServerResponse, id: string): void {
  const headers = responseHeaders(answer, id);
  // A client that was never told to go on may or may not send its body; only a new connection is sure.
  if (!req.complete && req.headers.expect !== undefined) headers.push(['Connection', 'close']);
  res.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers.flat());
  // Half an answer must not look like a whole one.
  answer.once('error', () => res.destroy());
  answer.once('end', () => {
    if (answer.rawTrailers.length > 0) res.addTrailers(answer.trailers as Record<string, string>);
  });
  answer.pipe(res);
}
