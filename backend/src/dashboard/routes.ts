import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { announcedCount } from '../events/bus.ts';
import { midnight } from '../http/filter-context.ts';
import { idSchema } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { PipelineStore } from '../pipelines/pipeline.ts';
import { can } from '../policy/capabilities.ts';
import { policy } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import { invalid } from '../problem.ts';
import type { DemoNeeds } from '../seed/demo/demo.ts';
import type { Settings } from '../settings.ts';
import type { UserStore } from '../users/store.ts';
import { cached } from './cache.ts';
import { summary, summarySchema } from './dashboard.ts';
import { firstSteps, firstStepsSchema } from './first-steps.ts';
import { today, todaySchema } from './today.ts';

type DashboardNeeds = DemoNeeds & {
  mongo: Mongo;
  redis: Redis;
  pipelines: PipelineStore;
  users: UserStore;
  settings: Settings;
};

/** How long what is due today may stand as it was. */
const longestTodaySeconds = 60;

const homeSchema = z
  .object({ today: todaySchema, month: summarySchema, firstSteps: firstStepsSchema.nullable() })
  .meta({ id: 'Home' });

/** The home screen and the numbers, which are kept for CACHE_TTL seconds or until something changes. */
export const dashboardRoutes: FastifyPluginAsyncZod<DashboardNeeds> = async (app, needs) => {
  const { redis, pipelines, settings } = needs;
  const config = { access: 'user' } as const;
  const tags = ['dashboard'];

  app.get(
    '/dashboard/home',
    {
      config,
      schema: {
        tags,
        description: 'All of the first screen of the day in one answer. `from` and `to` as in the summary.',
        querystring: z.strictObject({
          from: z.iso.date(),
          to: z.iso.date(),
          steps: z.stringbool().default(false).describe('With the first steps, for admins'),
        }),
        response: { 200: homeSchema },
      },
    },
    async ({ principal, query: { steps, ...period } }) => {
      const [lists, month, first] = await Promise.all([
        todayOf(principal),
        summaryOf(principal, period),
        steps && can(principal.role, 'administer') ? firstSteps(needs, principal.orgId) : null,
      ]);
      return { today: lists, month, firstSteps: first };
    },
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
    async ({ principal, query }) => summaryOf(principal, query),
  );

  async function todayOf(principal: Principal) {
    const timezone = principal.ownTimezone ?? principal.timezone;
    // What is due goes on with the clock, too.
    const seconds = Math.min(settings.CACHE_TTL, longestTodaySeconds);
    return unlessChanged(principal, ['today', principal.userId, timezone], seconds, () =>
      today(needs.mongo, principal, timezone),
    );
  }

  /** Computed anew as soon as anything was announced in the organisation, and each time while Redis cannot say so. */
  async function unlessChanged<T extends object>(
    principal: Principal,
    about: readonly unknown[],
    seconds: number,
    compute: () => Promise<T>,
  ): Promise<T> {
    const changes = await announcedCount(redis, principal.orgId).catch(() => null);
    if (changes === null) return compute();
    const key = [settings.CONDUCTOR_RELEASE, ...about, reachOf(principal), changes];
    return cached(redis, key, seconds, compute);
  }

  async function summaryOf(
    principal: Principal,
    query: { from: string; to: string; ownerId?: string | undefined },
  ) {
    if (query.from >= query.to) throw invalid('to', 'to.before-from', 'The period must end after it begins.');
    return unlessChanged(principal, ['summary', query], settings.CACHE_TTL, async () =>
      summary(needs.mongo, principal, await pipelines.list(principal.orgId), {
        from: midnight(query.from, principal.timezone),
        to: midnight(query.to, principal.timezone),
        ownerId: query.ownerId,
      }),
    );
  }
};

/** What somebody may see, and when their days begin: people share a cached result where these are the same. */
const reachOf = (principal: Principal): unknown[] => [
  principal.timezone,
  ...(['deal', 'lead', 'task'] as const).map((kind) => policy(principal, 'read', kind)),
];
