import { startBackupWatch } from './backups/watch.ts';
import { announceReady } from './health/announce.ts';
import { startHeartbeat } from './health/heartbeat.ts';
import { storeProbes } from './health/probes.ts';
import { serveHealth } from './health/service-health.ts';
import { createLog } from './log.ts';
import { createMetrics } from './plugins/metrics.ts';
import { runProcess } from './process/run.ts';
import { stopOnSignal } from './process/stop.ts';
import { keepSchedules } from './queue/keep-schedules.ts';
import { applySchedules } from './queue/schedules.ts';
import { openServices } from './services.ts';

/** The scheduler: makes the queues' schedules those of this release, and is ready when it has. */
await runProcess('scheduler', async (settings) => {
  const metrics = createMetrics(settings, 'scheduler');
  const log = createLog(settings, 'scheduler', { onError: () => metrics.errorLines.inc() });
  const services = await openServices(settings);
  const schedules = keepSchedules(() => applySchedules(services.queues), log);
  const stopHeartbeat = startHeartbeat(services.redis, 'scheduler', settings.CONDUCTOR_RELEASE);
  const stopWatch = startBackupWatch(settings, { redis: services.redis, log });
  const probes = { ...storeProbes(services, settings), schedules: () => schedules.first };
  const health = await serveHealth(settings, probes, () => metrics.registry.metrics());
  const stopAnnouncing = announceReady('scheduler', log, probes, { port: health.port });

  stopOnSignal(log, settings.DRAIN_SECONDS * 1000, async () => {
    health.server.close();
    schedules.stop();
    stopAnnouncing();
    stopHeartbeat();
    stopWatch();
    await services.close();
  });
});
