import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import {
  type BackupStatus,
  backupStatusSchema,
  type ChangesStatus,
  changesStatusSchema,
  readBackupStatus,
  readChangesStatus,
} from '../backups/status.ts';
import { allIndexes } from '../indexes.ts';
import { Mailer } from '../mail/mailer.ts';
import { missingIndexes } from '../mongo/indexes.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { problemLanguage } from '../problem.ts';
import type { Settings } from '../settings.ts';
import { heartbeatSchema, readHeartbeats } from './heartbeat.ts';
import { type Probe, probe, probeAll } from './probes.ts';
import { reasonsOf } from './store-failures.ts';

const stores = z.object({ mongodb: z.string(), redis: z.string() });
const ready = z.object({
  status: z.enum(['ready', 'not ready']),
  services: stores,
  reasons: z
    .array(z.object({ service: z.string(), code: z.string(), message: z.string() }))
    .describe('Why it is not ready, for people; empty when it is.'),
});
const health = z.object({
  status: z.enum(['healthy', 'degraded']),
  timestamp: z.iso.datetime(),
  version: z.string(),
  commit: z.string(),
  uptimeSeconds: z.number(),
  services: stores.describe('`healthy`, or `unhealthy: <reason>`'),
  processes: z.object({ worker: heartbeatSchema.nullable(), scheduler: heartbeatSchema.nullable() }),
  backups: backupStatusSchema.nullable().describe('As the worker last saw them; null where none are made'),
  changes: changesStatusSchema
    .nullable()
    .describe('Up to when the changes between backups are kept; null where no worker ships them'),
  configured: z.object({
    ai: z.array(z.string()),
    smtp: z.boolean(),
    google: z.boolean(),
    sentry: z.boolean(),
  }),
});

interface HealthOptions {
  settings: Settings;
  mongo: Mongo;
  redis: Redis;
  probes: Record<'mongodb' | 'redis', Probe>;
}

/** The three questions: is the process up (`simple`), may it get requests (`ready`), how is everything (`health`). */
export const healthRoutes: FastifyPluginAsyncZod<HealthOptions> = async (
  app,
  { settings, mongo, redis, probes },
) => {
  const open = { config: { access: 'open', rateLimit: false, anyHost: true, measured: false } } as const;
  const tags = ['health'];

  app.get(
    '/health/simple',
    { ...open, schema: { tags, response: { 200: z.object({ status: z.literal('ok') }) } } },
    async () => ({
      status: 'ok' as const,
    }),
  );

  app.get(
    '/health/ready',
    { ...open, schema: { tags, response: { 200: ready, 503: ready } } },
    async ({ headers }, reply) => {
      const services = await probeAll(probes);
      const isReady = Object.values(services).every((word) => word === 'healthy');
      const reasons = reasonsOf(services, problemLanguage(headers['accept-language']));
      return reply
        .code(isReady ? 200 : 503)
        .send({ status: isReady ? 'ready' : 'not ready', services, reasons });
    },
  );

  // For deploys, which ask it before they rely on the queries being quick.
  app.get('/health/indexes', { ...open, schema: { hide: true } }, async (_request, reply) => {
    const missing = await missingIndexes(mongo.db, ...allIndexes);
    return reply.code(missing.length === 0 ? 200 : 503).send({ missing });
  });

  app.get('/health', { ...open, schema: { tags, response: { 200: health } } }, async () => {
    let processes: z.infer<typeof health>['processes'] = { worker: null, scheduler: null };
    let backups: BackupStatus | null = null;
    let changes: ChangesStatus | null = null;
    const [services] = await Promise.all([
      probeAll(probes),
      probe(async () => {
        processes = await readHeartbeats(redis, ['worker', 'scheduler']);
      }),
      probe(async () => {
        [backups, changes] = await Promise.all([readBackupStatus(redis), readChangesStatus(redis)]);
      }),
    ]);
    const allWell = Object.values(services).every((word) => word === 'healthy');
    return {
      status: allWell ? ('healthy' as const) : ('degraded' as const),
      timestamp: new Date().toISOString(),
      version: settings.CONDUCTOR_RELEASE,
      commit: settings.CONDUCTOR_COMMIT,
      uptimeSeconds: Math.round(process.uptime()),
      services,
      processes,
      backups,
      changes,
      configured: configured(settings),
    };
  });
};

function configured(settings: Settings) {
  return {
    ai: [settings.CLAUDE_API_KEY && 'claude', settings.OPENAI_API_KEY && 'openai'].filter(
      (name) => name !== undefined,
    ),
    smtp: new Mailer(settings).obstacle === undefined,
    google: settings.GOOGLE_CLIENT_ID !== undefined,
    sentry: settings.SENTRY_DSN !== undefined,
  };
}
