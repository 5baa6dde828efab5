import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import type { Redis } from 'ioredis';
import { clientAddress } from '../http/client-address.ts';
import type { Settings } from '../settings.ts';

/**
 * Counts requests per client address, and those of an API key by itself, in Redis, so that all processes share one count. While Redis is away
 * nothing is counted and requests are answered: a limit is no reason for an outage.
 */
export const rateLimits = plugin(
  async (app: FastifyInstance, { settings, redis }: { settings: Settings; redis: Redis }) => {
    app.decorate('rateLimitWindowSeconds', 60);
    await app.register(rateLimit, {
      max: settings.RATE_LIMIT,
      timeWindow: 60_000,
      redis,
      nameSpace: 'conductor:rate:',
      skipOnError: true,
      enableDraftSpec: true,
      // Asked of each route, after it is known who is asking.
      keyGenerator: ({ principal, ip }) =>
        principal?.apiKeyId === undefined ? clientAddress(ip) : `key:${principal.apiKeyId}`,
    });
  },
  { name: 'rate-limits' },
);
