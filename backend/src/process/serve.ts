import cluster from 'node:cluster';
import { randomInt } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../app.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../plugins/metrics.ts';
import { connectRedisPatiently } from '../redis.ts';
import { openSentry } from '../sentry.ts';
import { openApiServices } from '../services.ts';
import type { Settings } from '../settings.ts';
import { drainable } from './drain.ts';
import { metricsOfAll, offerMetrics } from './metrics-of-all.ts';
import { stopOnSignal } from './stop.ts';

/** One API process, from start to stop. */
export async function serve(settings: Settings): Promise<void> {
  const metrics = createMetrics(settings, 'api');
  const log = createLog(settings, 'api', { onError: () => metrics.errorLines.inc() });
  const services = await openApiServices(settings);
  const subscriber = connectRedisPatiently(settings.REDIS_URL);
  const sentry = await openSentry(settings);
  const app = await buildApp({
    settings,
    services,
    log,
    subscriber,
    metrics,
    collectMetrics: cluster.isWorker ? metricsOfAll : undefined,
    report: sentry?.report,
  });
  const drain = drainable(app);
  const stop = stopOnSignal(log, settings.DRAIN_SECONDS * 1000, async () => {
    await drain();
    subscriber.disconnect();
    await services.close();
    await sentry?.close();
  });
  if (cluster.isWorker) {
    offerMetrics(metrics.registry);
    if (settings.MAX_REQUESTS > 0) askForReplacement(app, settings);
    process.on('message', (message) => {
      if (message === 'drain') stop();
    });
    // Without its primary a process would serve on unseen; it ends instead, and the next start is a whole one.
    process.on('disconnect', stop);
  }
  await app.listen({ host: settings.HOST, port: settings.PORT, backlog: 1024 });
}

/** Tells the primary once, after MAX_REQUESTS ± MAX_REQUESTS_JITTER requests, that this process has served enough. */
function askForReplacement(app: FastifyInstance, settings: Settings): void {
  const jitter = settings.MAX_REQUESTS_JITTER;
  let left = settings.MAX_REQUESTS + (jitter > 0 ? randomInt(-jitter, jitter + 1) : 0);
  app.addHook('onResponse', async () => {
    left -= 1;
    if (left === 0) process.send?.('replace me');
  });
}
