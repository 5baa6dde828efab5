import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { announcedCount } from '../events/bus.ts';
import { midnight } from '../http/filter-context.ts';
import { idSchema } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { PipelineStore } from '../pipelines/pipeline.ts';
import type { Principal } from '../policy/principal.ts';
import { invalid } from '../problem.ts';
import type { Settings } from '../settings.ts';
import { cached } from './cache.ts';
import { summary, summarySchema, today, todaySchema } from './dashboard.ts';

interface DashboardNeeds {
  mongo: Mongo;
  redis: Redis;
  pipelines: PipelineStore;
  settings: Settings;
}

/** The home screen and the numbers, which are kept for CACHE_TTL seconds or until something changes. */
export const dashboardRoutes: FastifyPluginAsyncZod<DashboardNeeds> = async (
  app,
  { mongo, redis, pipelines, settings },
) => {
  const config = { access: 'user' } as const;
  const tags = ['dashboard'];

  app.get(
    '/dashboard/today',
    { config, schema: { tags, response: { 200: todaySchema } } },
    async ({ principal }) => today(mongo, principal),
  );

  app.get(
    '/dashboard/summary',
    {
      config,
      schema: {
        tags,
        querystring: z.strictObject({
          from: z.iso.date().describe('First day, in the organisation’s time zone'),
          to: z.iso.date().describe('The day after the last one'),
          ownerId: idSchema.optional(),
        }),
        response: { 200: summarySchema },
      },
    },
    async ({ principal, query }) => {
      const from = midnight(query.from, principal.timezone);
      const to = midnight(query.to, principal.timezone);
      if (from >= to) throw invalid('to', 'to.before-from', 'The period must end after it begins.');
      const changes = await announcedCount(redis, principal.orgId).catch(() => null);
      const key = JSON.stringify([query, reachOf(principal), changes]);
      return cached(redis, key, settings.CACHE_TTL, summarySchema, async () =>
        summary(mongo, principal, await pipelines.list(principal.orgId), {
          from,
          to,
          ownerId: query.ownerId,
        }),
      );
    },
  );
};

/** All that decides what somebody may see: two people share a cached result only where these are the same. */
function reachOf({ orgId, role, userId, teamUserIds, repVisibility, timezone }: Principal): unknown[] {
  return [orgId, role, role === 'admin' ? null : userId, teamUserIds, repVisibility, timezone];
}
