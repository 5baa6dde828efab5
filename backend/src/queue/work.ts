import { type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { type JobData, type JobName, jobs, queueNames } from './jobs.ts';
import { queueOptions } from './queues.ts';

/** Does one kind of job. Throwing means trying again later, up to the kind's attempts. */
export type Handler<Name extends JobName> = (
  data: JobData<Name>,
  job: { id: string; attempt: number },
) => Promise<unknown>;
export type Handlers = { [Name in JobName]: Handler<Name> };

interface WorkOptions {
  /** A patient connection; each worker duplicates it for blocking. */
  connection: Redis;
  handlers: Handlers;
  concurrency: number;
  log: Logger;
  /** Told of each try of a job and how it ended. */
  onTry?: (job: string, outcome: 'completed' | 'failed') => void;
}

/** Works on all queues. `stop` takes no new job, finishes those under way, and gives up after `limitMs`. */
export function startWork({ connection, handlers, concurrency, log, onTry }: WorkOptions) {
  const workers = queueNames.map((name) => {
    const worker = new Worker(name, (job) => perform(job, handlers), {
      connection,
      concurrency,
      ...queueOptions,
    });
    worker.on('failed', (job, error) => {
      const dead = job !== undefined && job.attemptsMade >= (job.opts.attempts ?? 1);
      log[dead ? 'error' : 'warn'](
        { err: error, job: job?.name, id: job?.id, attempt: job?.attemptsMade },
        'job failed',
      );
      onTry?.(job?.name ?? 'unknown', 'failed');
    });
    worker.on('completed', (job) => onTry?.(job.name, 'completed'));
    // Outages of Redis are seen by the health probe; the worker reconnects by itself.
    worker.on('error', (error) => log.debug({ err: error }, 'worker connection'));
    return worker;
  });
  return {
    async stop(limitMs: number): Promise<void> {
      const finished = Promise.all(workers.map((worker) => worker.close()));
      const outOfTime = Symbol();
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<typeof outOfTime>((resolve) => {
        timer = setTimeout(() => resolve(outOfTime), limitMs);
      });
      if ((await Promise.race([finished, limit])) === outOfTime) {
        log.warn('jobs were still running at the end of the drain limit; they will be tried again');
        await Promise.all(workers.map((worker) => worker.close(true)));
      }
      clearTimeout(timer);
    },
  };
}

/** Checks the data and hands it to its handler. Data that is not valid will not become so by trying again. */
async function perform(job: Job, handlers: Handlers): Promise<unknown> {
  if (!Object.hasOwn(jobs, job.name)) throw new UnrecoverableError(`No handler for job ${job.name}`);
  const name = job.name as JobName;
  const data = jobs[name].data.safeParse(job.data);
  if (!data.success)
    throw new UnrecoverableError(`Invalid data of job ${name}: ${data.error.issues[0]?.message}`);
  const handler = handlers[name] as Handler<JobName>;
  return handler(data.data as JobData<JobName>, { id: job.id ?? '', attempt: job.attemptsMade + 1 });
}
