import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** How long an idle connection is waited for, in case a request is on its way on it. */
const lingerMs = 1500;

/**
 * Stops an app without losing a request. New connections are refused at once, so that whoever shares the port takes
 * them. Connections that are open may still bring a request: it is answered with `Connection: close`, and only what
 * stays idle is closed. Then everything in flight is finished.
 */
export function drainable(app: FastifyInstance): () => Promise<void> {
  let draining = false;
  app.addHook('onSend', async (_request, reply) => {
    if (draining) reply.header('connection', 'close');
  });
  return async () => {
    draining = true;
    // http.Server's own close() would cut idle connections under a request that is just arriving; net's does not.
    const closed = new Promise<void>((resolve) =>
      NetServer.prototype.close.call(app.server as Server, () => resolve()),
    );
    for (const socket of app.websocketServer.clients) socket.close(1012, 'service restart');
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      closed,
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, lingerMs);
      }),
    ]);
    clearTimeout(timer);
    const idle = setInterval(() => app.server.closeIdleConnections(), 100);
    app.server.closeIdleConnections();
    await closed;
    clearInterval(idle);
    await app.close();
  };
}
