import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { maxHeaderSize } from './limits.ts';
import { part } from './parting.ts';
import { answerProblem, type Problem, rawProblem } from './problem.ts';
import { refusalOf } from './refusal.ts';
import { asksForWebSocket, Tunnel } from './tunnel.ts';

/** Takes a request that can be passed on. With a tunnel, it asks for an upgrade, and `res` is for every other answer. */
export type Answer = (req: IncomingMessage, res: ServerResponse, tunnel?: Tunnel) => void;

/** The HTTP server that clients see: which requests are taken, and how a connection with a client ends. */
export function createPublicServer(answer: Answer): Server {
  const server = createServer({
    keepAliveTimeout: 75_000,
    headersTimeout: 30_000,
    // A slow upload may take its time; one that has stopped is ended by the socket's own limit.
    requestTimeout: 0,
    noDelay: true,
    maxHeaderSize,
    shouldUpgradeCallback: asksForWebSocket,
  });
  server.timeout = 180_000;
  // All headers, however many: a list that is cut short is another request.
  server.maxHeadersCount = 0;
  const underWay = new WeakMap<Duplex, ServerResponse>();
  const unfinished = new Set<ServerResponse>();

  const take = (req: IncomingMessage, res: ServerResponse) => {
    // It came after the one that was the last of its connection.
    if (!req.socket.writable) return;
    underWay.set(req.socket, res);
    unfinished.add(res);
    res.once('close', () => {
      unfinished.delete(res);
      // The client may not know yet that it is to go.
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
    // A busy connection is never idle: the client has to be told that this answer is its last one.
    if (!server.listening) res.shouldKeepAlive = false;
    const refusal = refusalOf(req);
    if (refusal === undefined) answer(req, res);
    else answerProblem(req, res, refusal);
  };
  const close = server.close.bind(server);
  server.close = (closed) => {
    // As with those that come from now on; what has begun already cannot say it any more.
    for (const res of unfinished) if (!res.headersSent) res.shouldKeepAlive = false;
    return close(closed);
  };
  server.on('request', take);
  server.on('checkContinue', take);
  server.on('checkExpectation', take);
  server.on('upgrade', (req: IncomingMessage, client: Duplex, head: Buffer) => {
    const tunnel = new Tunnel(req, client, head);
    const refusal = refusalOf(req);
    if (refusal === undefined) answer(req, tunnel.response, tunnel);
    else answerProblem(req, tunnel.response, refusal);
  });
  server.on('connect', (_req, client: Duplex) => refuse(client, 'no-tunnel'));
  server.on('connection', (socket: Socket) => {
    // How Node ends a connection after its last answer.
    socket.destroySoon = () => part(socket);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, client: Duplex) => {
    // What else comes on a connection that is ending is for nobody.
    if (!client.writable) return;
    const res = underWay.get(client);
    const answering = res !== undefined && !res.writableFinished;
    if (error.code === 'ECONNRESET' || (answering && res.headersSent)) client.destroy();
    else if (!answering) refuse(client, problemOf(error));
    else if (res.socket === client) answerProblem(res.req, res, problemOf(error));
    // Another answer comes first on this connection.
    else client.destroy();
  });
  return server;
}

function refuse(client: Duplex, problem: Problem): void {
  client.on('error', () => client.destroy());
  client.write(rawProblem(problem));
  part(client);
}

function problemOf({ code }: NodeJS.ErrnoException): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request-timeout' : 'bad-request';
}
