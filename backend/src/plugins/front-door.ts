import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import { Problem } from '../problem.ts';
import { allowedHosts, allowedOrigins, type Settings } from '../settings.ts';

/** What every request passes first: release header, security headers, CORS, and the host allow-list. */
export const frontDoor = plugin(
  async (app: FastifyInstance, { settings }: { settings: Settings }) => {
    const hosts = allowedHosts(settings);
    const origins = allowedOrigins(settings);

    app.addHook('onRequest', async (request, reply) => {
      // The socket of a refused upgrade is nobody's any more: left open, it would hold up the end of the process.
      if (request.headers.upgrade !== undefined)
        reply.raw.once('finish', () => request.raw.socket.destroySoon());
      reply.header('x-release', settings.CONDUCTOR_RELEASE).header('x-request-id', request.id);
    });
    await app.register(helmet, {
      contentSecurityPolicy: {
        directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
        useDefaults: false,
      },
      strictTransportSecurity: settings.BACKEND_URL.startsWith('https:'),
      crossOriginResourcePolicy: { policy: 'same-site' },
    });
    await app.register(cors, {
      origin: origins.has('*') ? true : [...origins],
      credentials: true,
      allowedHeaders: [
        'authorization',
        'content-type',
        'if-match',
        'idempotency-key',
        'x-requested-with',
        'accept-language',
      ],
      exposedHeaders: ['etag', 'location', 'retry-after', 'x-release', 'x-request-id'],
      methods: ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE'],
      maxAge: 600,
    });
    app.addHook('onRequest', async (request) => {
      if (hosts.has('*') || request.routeOptions.config.anyHost) return;
      if (!hosts.has(request.hostname.toLowerCase())) throw new Problem('host-not-allowed');
    });
  },
  { name: 'front-door' },
);
