import { Ai } from './ai/ai.ts';
import { predictDeal, qualifyLead } from './ai/jobs.ts';
import { Automations } from './automations/automations.ts';
import { dailyAutomations, wonDeal } from './automations/jobs.ts';
import { openBackupJobs } from './backups/jobs.ts';
import { openNightly } from './backups/nightly.ts';
import { startShipping } from './backups/shipping.ts';
import { judgeAllDeals, judgeDeal } from './deals/jobs.ts';
import { emailDispatch, sendEmail } from './emails/sending.ts';
import { announceReady } from './health/announce.ts';
import { startHeartbeat } from './health/heartbeat.ts';
import { storeProbes } from './health/probes.ts';
import { serveHealth } from './health/service-health.ts';
import { scoreLead, scoreOpenLeads } from './leads/jobs.ts';
import { createLog } from './log.ts';
import { sendLetter, sweepLetters } from './mail/jobs.ts';
import { Letters } from './mail/letters.ts';
import { purgeTrash } from './maintenance/purge.ts';
import { everyMinute, mailNotices } from './notices/jobs.ts';
import { startSweeping } from './outbox/sweep.ts';
import { createMetrics } from './plugins/metrics.ts';
import { runProcess } from './process/run.ts';
import { stopOnSignal } from './process/stop.ts';
import { startWork } from './queue/work.ts';
import { connectRedisPatiently } from './redis.ts';
import { openServices } from './services.ts';

/** The worker: does the jobs and delivers what the outbox still holds. */
await runProcess('worker', async (settings) => {
  const metrics = createMetrics(settings, 'worker');
  const log = createLog(settings, 'worker', { onError: () => metrics.errorLines.inc() });
  const services = await openServices(settings);
  const connection = connectRedisPatiently(settings.REDIS_URL);
  const limitMs = settings.DRAIN_SECONDS * 1000;

  const { redis } = services;
  const ai = new Ai({ settings, log, ...services });
  const watching = { redis, log, registry: metrics.registry };
  const letters = new Letters({ ...services, settings });
  const dispatch = letters.dispatch();
  const telling = { ...services, letters, settings };
  const emails = emailDispatch({ ...services, settings });
  const automations = new Automations(services);
  const nightly = await openNightly(settings);
  const backups = openBackupJobs(settings, nightly, watching);
  const stopShipping = startShipping(settings, nightly, watching);
  const work = startWork({
    connection,
    concurrency: settings.WORKER_CONCURRENCY,
    log,
    onTry: (job, outcome) => metrics.jobs.inc({ job, outcome }),
    handlers: {
      'leads.score': scoreLead({ ...services, ai }),
      'leads.scoreOpen': scoreOpenLeads(services),
      'deals.health': judgeDeal({ ...services, ai }),
      'deals.healthOfAll': judgeAllDeals(services),
      'ai.qualifyLead': qualifyLead(ai),
      'ai.predictDeal': predictDeal(ai),
      'letters.send': sendLetter(dispatch),
      'emails.send': sendEmail(emails),
      'letters.sweep': sweepLetters(dispatch, emails),
      'automations.dealWon': wonDeal(automations),
      'automations.daily': dailyAutomations(automations),
      'notices.minute': everyMinute(telling),
      'notices.mail': mailNotices(telling),
      'maintenance.purge': purgeTrash(services.mongo),
      'backups.look': backups.handler,
    },
  });
  const stopSweeping = startSweeping(services.outbox, log);
  const stopHeartbeat = startHeartbeat(services.redis, 'worker', settings.CONDUCTOR_RELEASE);
  const probes = storeProbes(services, settings);
  const health = await serveHealth(settings, probes, () => metrics.registry.metrics());
  const stopAnnouncing = announceReady('worker', log, probes, { port: health.port });

  stopOnSignal(log, limitMs, async () => {
    health.server.close();
    stopAnnouncing();
    stopHeartbeat();
    backups.stop();
    await Promise.all([work.stop(limitMs - 500), stopSweeping(), stopShipping()]);
    connection.disconnect();
    await services.close();
  });
});
