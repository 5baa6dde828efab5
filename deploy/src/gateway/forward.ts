import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answerWith, informWith, isEventStream } from './answer.ts';
import { type Arrival, requestHeaders, trailersOf } from './headers.ts';
import { exchangeOnKeptConnection } from './kept-exchange.ts';
import { idleLimit, maxHeaderSize } from './limits.ts';
import type { Outcome } from './outcome.ts';
import { answerProblem } from './problem.ts';
import { targetOf } from './target.ts';
import type { Tunnel } from './tunnel.ts';
import type { Upstream } from './upstream.ts';

/** Gives the upstream to try next, waiting for one to come up where that is likely; undefined when there is none. */
export type NextUpstream = (tried: Set<Upstream>) => Promise<Upstream | undefined> | Upstream | undefined;

/** How often a request that may be repeated is sent at most: one that brings services down must not bring down all. */
const attemptLimit = 2;

/**
 * Sends a request to a service and its answer back, streaming both ways.
 *
 * No request is lost to a connection that the service closes while it is idle: only requests that may be repeated (GET, HEAD
 * and OPTIONS without a body) go over kept connections, and are sent once more when one breaks before the answer begins; all
 * others get a connection of their own, made before anything is sent, so that a refusal is a reason to try elsewhere.
 * @param tunnel what the connection becomes if the service agrees to the upgrade that the request asks for
 */
export async function forward(
  req: IncomingMessage,
  res: ServerResponse,
  arrival: Arrival,
  next: NextUpstream,
  tunnel?: Tunnel,
): Promise<void> {
  const mayRepeat = repeatable(req) && tunnel === undefined;
  // What the dispatcher does not send: a request for the whole server, and one that waits for a word.
  const fitsKept =
    mayRepeat && targetOf(req.url ?? '/', req.method)?.path !== '*' && req.headers.expect === undefined;
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
    const began = performance.now();
    let outcome: Outcome;
    try {
      outcome =
        fitsKept && sent === 0
          ? await exchangeOnKeptConnection(req, res, arrival, upstream, end)
          : await exchangeOnOwnConnection(req, res, arrival, { upstream, end }, tunnel);
    } finally {
      end();
    }
    if (outcome === 'done') return;
    tried.add(upstream);
    if (outcome === 'broken' && (++sent >= attemptLimit || !mayRepeat)) {
      const status = answerProblem(req, res, 'bad-gateway');
      upstream.traffic.answered(req, status, performance.now() - began);
      return;
    }
  }
}

function repeatable(req: IncomingMessage): boolean {
  const bodiless =
    req.headers['transfer-encoding'] === undefined && (req.headers['content-length'] ?? '0') === '0';
  return bodiless && (req.method === 'GET' || req.method === 'HEAD' || req.method === 'OPTIONS');
}

/** Node's own headers are left out: the request has its headers already. */
const ownHeadersOnly = { setDefaultHeaders: false, maxHeaderSize };

function headOf(req: IncomingMessage, arrival: Arrival): { path: string; headers: string[] } {
  const { path, host } = targetOf(req.url ?? '/', req.method) ?? { path: '/' };
  return { path, headers: requestHeaders(req, arrival, host) };
}

/** A request that an upstream counts as under way, until `end`. */
interface Begun {
  readonly upstream: Upstream;
  readonly end: () => void;
}

async function exchangeOnOwnConnection(
  req: IncomingMessage,
  res: ServerResponse,
  arrival: Arrival,
  { upstream, end }: Begun,
  tunnel: Tunnel | undefined,
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
  const { path, headers } = headOf(req, arrival);
  if (tunnel) headers.push('Connection', 'Upgrade', 'Upgrade', tunnel.protocol);
  else headers.push('Connection', 'close');
  // A length that is not known beforehand needs the framing that belongs to this connection.
  if (req.headers['transfer-encoding'] !== undefined) {
    headers.push('Transfer-Encoding', 'chunked');
    if (req.headers.trailer !== undefined) headers.push('Trailer', req.headers.trailer);
  }
  const outgoing = request({
    ...{ method: req.method, path, headers, ...ownHeadersOnly },
    createConnection: () => socket,
  });
  const upgraded =
    tunnel && ((answer: IncomingMessage, head: Buffer) => tunnel.open(answer, head, upstream, socket));
  return exchange(req, res, arrival.id, { upstream, end }, outgoing, upgraded);
}

function exchange(
  req: IncomingMessage,
  res: ServerResponse,
  id: string,
  { upstream, end }: Begun,
  outgoing: ClientRequest,
  upgraded?: (answer: IncomingMessage, head: Buffer) => void,
): Promise<Outcome> {
  // All headers of an answer, however many: a list that is cut short is another answer.
  outgoing.maxHeadersCount = 0;
  const began = performance.now();
  const count = (status: number) => upstream.traffic.answered(req, status, performance.now() - began);
  return new Promise((resolve) => {
    let answered = false;
    const gone = () => {
      // Either all of the answer is out, or the client left; in both cases the service need not go on with what is left.
      if (!res.writableFinished || !req.complete) outgoing.destroy();
      req.unpipe(outgoing);
      req.resume();
      resolve('done');
    };
    res.once('close', gone);
    const broken = (outcome: Outcome) => {
      if (answered || res.destroyed || res.headersSent) return;
      res.off('close', gone);
      req.unpipe(outgoing);
      resolve(outcome);
    };

    outgoing.setTimeout(idleLimit, () => {
      if (!answered) count(answerProblem(req, res, 'timeout'));
      outgoing.destroy();
    });
    outgoing.on('information', (information) => informWith(information, req, res));
    outgoing.once('response', (answer) => {
      try {
        answerWith(answer, req, res, { id, release: upstream.release });
        answered = true;
        if (isEventStream(answer.headers)) end();
        count(answer.statusCode ?? 0);
      } catch {
        // What cannot be said in HTTP is no answer.
        broken('broken');
        outgoing.destroy();
      }
    });
    if (upgraded)
      outgoing.once('upgrade', (answer, _socket, head) => {
        res.off('close', gone);
        upgraded(answer, head);
        resolve('done');
      });
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      broken(error.syscall === 'connect' ? 'refused' : 'broken'),
    );
    // Without an error: a switch of protocols that nobody asked for.
    outgoing.once('close', () => broken('broken'));

    if (repeatable(req)) outgoing.end();
    else {
      // The service may have an answer, or a word that the client waits for, before there is anything of the body.
      if (!req.complete) outgoing.flushHeaders();
      req.once('end', () => {
        if (req.rawTrailers.length > 0) outgoing.addTrailers(trailersOf(req));
      });
      req.pipe(outgoing);
    }
  });
}
