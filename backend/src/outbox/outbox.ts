import type { Redis } from 'ioredis';
import type { ClientSession, Collection } from 'mongodb';
import { publish } from '../events/bus.ts';
import type { Announcement } from '../events/event.ts';
import { newId } from '../mongo/id.ts';
import { inTransaction, type Mongo } from '../mongo/mongo.ts';
import type { JobRequest } from '../queue/jobs.ts';
import type { Queues } from '../queue/queues.ts';

/** What has to reach Redis because of a change: announcements to clients and jobs to be done. */
export type Message = { announcement: Announcement } | { job: JobRequest };

interface OutboxDocument {
  _id: string;
  at: Date;
  message: Message;
  /** Until then one process is delivering it. */
  claimedUntil: Date;
}

/** How long a process that just committed may take before the sweep delivers for it. */
const claimMs = 5000;

/**
 * Keeps a promise between two stores: what a change causes in Redis is written in the change's own transaction, and
 * delivered afterwards, by this process at once or, if that fails, by the worker's sweep. It arrives at least once;
 * a repeated announcement has the same id, and a repeated job has the same job id.
 */
export class Outbox {
  readonly #mongo: Mongo;
  readonly #redis: Redis;
  readonly #queues: Queues;

  constructor({ mongo, redis, queues }: { mongo: Mongo; redis: Redis; queues: Queues }) {
    this.#mongo = mongo;
    this.#redis = redis;
    this.#queues = queues;
  }

  /** Runs `work` in one transaction together with the messages it tells, and delivers them once it is committed. */
  async commit<T>(
    work: (session: ClientSession, tell: (...messages: Message[]) => void) => Promise<T>,
  ): Promise<T> {
    let documents: OutboxDocument[] = [];
    const result = await inTransaction(this.#mongo, async (session) => {
      const messages: Message[] = [];
      const value = await work(session, (...more) => messages.push(...more));
      const now = Date.now();
      documents = messages.map((message) => ({
        _id: newId(),
        at: new Date(now),
        message,
        claimedUntil: new Date(now + claimMs),
      }));
      if (documents.length > 0) await this.#collection.insertMany(documents, { session });
      return value;
    });
    // The caller's change is safe by now; what cannot be delivered at once is the sweep's to deliver.
    void this.#deliver(documents).catch(() => {});
    return result;
  }

  /** Delivers what others left behind. Returns how many messages that were. */
  async sweep(): Promise<number> {
    let delivered = 0;
    for (;;) {
      const now = new Date();
      const left = await this.#collection.findOneAndUpdate(
        { claimedUntil: { $lt: now } },
        { $set: { claimedUntil: new Date(now.getTime() + claimMs) } },
        { sort: { claimedUntil: 1 } },
      );
      if (!left) return delivered;
      await this.#deliver([left]);
      delivered += 1;
    }
  }

  async #deliver(documents: readonly OutboxDocument[]): Promise<void> {
    for (const { _id, message } of documents) {
      if ('announcement' in message) await publish(this.#redis, message.announcement);
      else await this.#queues.add(message.job, _id);
      await this.#collection.deleteOne({ _id });
    }
  }

  get #collection(): Collection<OutboxDocument> {
    return this.#mongo.db.collection('outbox');
  }
}
