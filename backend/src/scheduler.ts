import { startBackupWatch } from './backups/watch.ts';
import { startHeartbeat } from './health/heartbeat.ts';
import { storeProbes } from './health/probes.ts';
import { serveHealth } from './health/service-health.ts';
import { createLog } from './log.ts';
import { createMetrics } from './plugins/metrics.ts';
import { runProcess } from './process/run.ts';
import { stopOnSignal } from './process/stop.ts';
import { applySchedules } from './queue/schedules.ts';
import { openServices } from './services.ts';

const againMs = 60_000;

/** The scheduler: makes the queues' schedules those of this release, and again each minute in case Redis was emptied. */
await runProcess('scheduler', async (settings) => {
  const metrics = createMetrics(settings, 'scheduler');
  const log = createLog(settings, 'scheduler', { onError: () => metrics.errorLines.inc() });
  const services = await openServices(settings);
  const apply = () =>
    applySchedules(services.queues).catch((error) => log.warn({ err: error }, 'schedules could not be set'));
  await apply();
  const timer = setInterval(apply, againMs);
  const stopHeartbeat = startHeartbeat(services.redis, 'scheduler', settings.CONDUCTOR_RELEASE);
  const stopWatch = startBackupWatch(settings, { redis: services.redis, log });
  const health = await serveHealth(settings, storeProbes(services, settings), () =>
    metrics.registry.metrics(),
  );
  log.info({ port: health.port }, 'scheduler is ready');

  stopOnSignal(log, settings.DRAIN_SECONDS * 1000, async () => {
    health.server.close();
    clearInterval(timer);
    stopHeartbeat();
    stopWatch();
    await services.close();
  });
});
