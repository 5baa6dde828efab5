import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type JobName, type JobRequest, jobs, type QueueName, queueNames } from './jobs.ts';

const day = 86_400;
const prefix = 'conductor:queue';
export const queueOptions = { prefix } as const;

/** The queues as producers and readers see them. */
export interface Queues {
  /** Adds a job; the same `id` twice adds it once, while the first is known. */
  add(request: JobRequest, id?: string): Promise<void>;
  get(name: QueueName): Promise<Queue>;
  close(): Promise<void>;
}

/** Opens every queue on one connection, which stays the caller's to close. */
export function openQueues(connection: Redis): Queues {
  const queues = new Map<QueueName, Promise<Queue>>();
  const open = async (name: QueueName): Promise<Queue> => {
    // Loaded with the first job: the API can serve before.
    const { Queue } = await import('bullmq');
    const queue = new Queue(name, { connection, ...queueOptions });
    return queue.on('error', () => {});
  };
  const get = (name: QueueName): Promise<Queue> => {
    const queue = queues.get(name) ?? open(name);
    queues.set(name, queue);
    return queue;
  };
  return {
    get,
    async add({ name, data, delayMs, debounce }, id) {
      const queue = await get(jobs[name].queue);
      await queue.add(name, data, {
        ...jobOptions(name),
        jobId: id,
        delay: debounce?.ms ?? delayMs,
        ...(debounce && { deduplication: deduplication(name, debounce) }),
      });
    },
    async close() {
      await Promise.all([...queues.values()].map(async (queue) => (await queue).close()));
    },
  };
}

/** Waiting ones are replaced; without a pause, one that waits is enough. */
function deduplication(name: JobName, { id, ms }: { id: string; ms: number }) {
  return ms > 0 ? { id: `${name}:${id}`, ttl: ms, extend: true, replace: true } : { id: `${name}:${id}` };
}

/** Tries, back-off and how long finished and failed jobs are kept. */
export function jobOptions(name: JobName) {
  const { attempts, backoffMs } = jobs[name];
  return {
    attempts,
    backoff: { type: 'exponential', delay: backoffMs, jitter: 0.2 },
    removeOnComplete: { age: day, count: 5000 },
    removeOnFail: { age: 14 * day, count: 5000 },
  };
}

/** A job that failed for good: all its tries are used up, or trying again cannot help. */
export interface DeadLetter {
  queue: QueueName;
  id: string;
  name: string;
  attempts: number;
  reason: string;
  failedAt: string;
}

/** The dead letters of all queues, newest first. */
export async function deadLetters(queues: Queues, limit: number): Promise<DeadLetter[]> {
  const lists = await Promise.all(
    queueNames.map(async (name) =>
      (await (await queues.get(name)).getFailed(0, limit - 1)).map((job) => deadLetter(name, job)),
    ),
  );
  return lists
    .flat()
    .sort((a, b) => b.failedAt.localeCompare(a.failedAt))
    .slice(0, limit);
}

/** Puts a dead letter back into its queue with fresh tries. False when there is no such one. */
export async function retryDeadLetter(queues: Queues, queue: QueueName, id: string): Promise<boolean> {
  const found = await (await queues.get(queue)).getJob(id);
  if (!found || !(await found.isFailed())) return false;
  await found.retry('failed', { resetAttemptsMade: true });
  return true;
}

function deadLetter(queue: QueueName, job: Job): DeadLetter {
  return {
    queue,
    id: job.id ?? '',
    name: job.name,
    attempts: job.attemptsMade,
    reason: (job.failedReason ?? 'unknown').slice(0, 300),
    failedAt: new Date(job.finishedOn ?? job.timestamp).toISOString(),
  };
}

export { queueNames };
