import type { JobName } from './jobs.ts';
import { jobs } from './jobs.ts';
import { jobOptions, type Queues } from './queues.ts';

/** A job that repeats. `pattern` is cron with optional seconds, read in `timezone`. */
export interface Schedule {
  readonly id: string;
  readonly job: JobName;
  readonly pattern: string;
  readonly timezone: string;
}

/** Everything that happens by the clock. */
export const schedules: readonly Schedule[] = [
  { id: 'judge-deals', job: 'deals.healthOfAll', pattern: '0 8 * * *', timezone: 'America/Sao_Paulo' },
  { id: 'run-automations', job: 'automations.daily', pattern: '0 9 * * *', timezone: 'America/Sao_Paulo' },
  { id: 'purge-trash', job: 'maintenance.purge', pattern: '30 3 * * *', timezone: 'America/Sao_Paulo' },
  { id: 'sweep-letters', job: 'letters.sweep', pattern: '* * * * *', timezone: 'Etc/UTC' },
  { id: 'tell-people', job: 'notices.minute', pattern: '* * * * *', timezone: 'Etc/UTC' },
  // Due daily at 03:00 UTC; looking often is what makes up a missed one.
  { id: 'look-at-backups', job: 'backups.look', pattern: '*/15 * * * *', timezone: 'Etc/UTC' },
];

/**
 * Makes the queues' schedules those of this list. BullMQ keeps one next job per schedule id, so any number of
 * schedulers may do this, again and again, and each still runs once. Schedules no longer listed are removed.
 */
export async function applySchedules(queues: Queues, list: readonly Schedule[] = schedules): Promise<void> {
  for (const { id, job, pattern, timezone } of list) {
    const queue = await queues.get(jobs[job].queue);
    const when = { pattern, tz: timezone };
    await queue.upsertJobScheduler(id, when, { name: job, data: {}, opts: jobOptions(job) });
  }
  for (const name of new Set(Object.values(jobs).map((kind) => kind.queue))) {
    const queue = await queues.get(name);
    for (const { key } of await queue.getJobSchedulers())
      if (!list.some(({ id, job }) => id === key && jobs[job].queue === name))
        await queue.removeJobScheduler(key);
  }
}
