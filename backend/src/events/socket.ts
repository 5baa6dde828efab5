import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import type { Redis } from 'ioredis';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { Authenticator } from '../auth/authenticate.ts';
import { permits } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import { replaySince, subscribe } from './bus.ts';
import type { Announcement } from './event.ts';

/** The session ended; coming back with it would be refused. */
const sessionEnded = 4401;
/** RFC 6455's "service restart": come back, another process is ready. */
const serviceRestart = 1012;
const pingMs = 30_000;
/** A client that does not read is let go before it fills our memory. */
const mostBuffered = 1_000_000;

interface Listener {
  socket: WebSocket;
  principal: Principal;
  /** Asks anew who this is, after rights changed. */
  ask: () => Promise<Principal | undefined>;
  alive: boolean;
}

interface LiveOptions {
  redis: Redis;
  /** Its own connection, because a subscriber can do nothing else. */
  subscriber: Redis;
  authenticator: Pick<Authenticator, 'authenticate' | 'forget'>;
}

/** `/ws`: tells each client what changed among the records it may read. */
export const live = plugin(
  async (app: FastifyInstance, { redis, subscriber, authenticator }: LiveOptions) => {
    const listeners = new Set<Listener>();
    await app.register(websocket, {
      options: { maxPayload: 4096, perMessageDeflate: false },
      preClose: (done: () => void) => {
        for (const { socket } of listeners) socket.close(serviceRestart, 'service restart');
        done();
      },
    });

    const rightsChanged = async () => {
      authenticator.forget();
      for (const listener of [...listeners]) {
        // While the database is away nobody's rights can be asked; the next change asks again.
        const principal = await listener.ask().catch(() => listener.principal);
        if (principal) listener.principal = principal;
        else listener.socket.close(sessionEnded, 'session ended');
      }
    };

    void subscribe(subscriber, (announced) => {
      if (announced.envelope.type === 'settings.updated') void rightsChanged();
      for (const listener of listeners) if (mayHear(listener.principal, announced)) tell(listener, announced);
    }).catch((error) => app.log.error({ err: error }, 'live updates are off until Redis is back'));

    const pings = setInterval(() => {
      for (const listener of listeners) {
        if (!listener.alive) listener.socket.terminate();
        listener.alive = false;
        listener.socket.ping();
      }
    }, pingMs).unref();
    app.addHook('onClose', async () => clearInterval(pings));

    app.get(
      '/ws',
      {
        websocket: true,
        config: { access: 'user', rateLimit: { max: 120, timeWindow: 60_000 } },
        schema: {
          hide: true,
          querystring: z.object({
            lastEventId: z
              .string()
              .regex(/^[0-9a-f]{24}$/)
              .optional(),
          }),
        },
      },
      async (socket, request) => {
        const listener: Listener = {
          socket,
          principal: request.principal,
          ask: () => authenticator.authenticate(request),
          alive: true,
        };
        socket.on('pong', () => {
          listener.alive = true;
        });
        socket.on('error', (error) => request.log.debug({ err: error }, 'socket'));
        socket.on('close', () => listeners.delete(listener));
        const { lastEventId } = request.query as { lastEventId?: string };
        // Listening begins before the replay, so nothing falls between; a client ignores what it heard twice.
        listeners.add(listener);
        if (lastEventId !== undefined) await replay(listener, redis, lastEventId);
      },
    );
  },
  { name: 'live' },
);

async function replay(listener: Listener, redis: Redis, lastEventId: string): Promise<void> {
  const missed = await replaySince(redis, lastEventId).catch(() => undefined);
  if (missed === undefined) listener.socket.send(JSON.stringify({ v: 1, type: 'replay.gap' }));
  else for (const announced of missed) if (mayHear(listener.principal, announced)) tell(listener, announced);
}

function mayHear(principal: Principal, { audience }: Announcement): boolean {
  if (audience.orgId !== principal.orgId) return false;
  if (audience.userId !== undefined) return audience.userId === principal.userId;
  return audience.kind === undefined || permits(principal, 'read', audience.kind, audience);
}

function tell({ socket }: Listener, { envelope }: Announcement): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > mostBuffered) socket.terminate();
  else socket.send(JSON.stringify(envelope));
}
