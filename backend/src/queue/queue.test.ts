import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { startRedis } from '../../test/redis.ts';
import { connectRedis, connectRedisPatiently, openRedis } from '../redis.ts';
import { job } from './jobs.ts';
import { deadLetters, openQueues, type Queues, retryDeadLetter } from './queues.ts';
import { applySchedules } from './schedules.ts';
import { type Handlers, startWork } from './work.ts';

const id = '665f1f77bcf86cd799439011';
const score = job('leads.score', { orgId: id, leadId: id });

describe('queues', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let redis: Redis;
  let queues: Queues;
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function open(): Promise<void> {
    redis = connectRedis(server.url);
    await openRedis(redis);
    await redis.flushall();
    queues = openQueues(redis);
    closing.push(
      () => redis.disconnect(),
      () => queues.close(),
    );
  }

  function work(handlers: Partial<Handlers>) {
    const connection = connectRedisPatiently(server.url);
    const unexpected = async () => {
      throw new Error('not expected here');
    };
    const working = startWork({
      connection,
      concurrency: 5,
      log: pino({ level: 'silent' }),
      handlers: {
        'leads.score': unexpected,
        'deals.health': unexpected,
        'deals.healthOfAll': unexpected,
        'maintenance.purge': unexpected,
        ...handlers,
      } as Handlers,
    });
    const stop = (limit = 5000) => working.stop(limit);
    closing.push(
      () => connection.disconnect(),
      () => stop(100),
    );
    return { stop };
  }

  it('hand each job to its handler once, with its data', async () => {
    await open();
    const seen: unknown[] = [];
    work({ 'leads.score': async (data) => void seen.push(data) });
    await queues.add(score, 'same');
    await queues.add(score, 'same');
    await eventually(
      'the job to be done',
      async () => (await (await queues.get('leads')).getCompletedCount()) === 1,
    );
    expect(seen).toEqual([score.data]);
  });

  it('try a failing job again, and keep it as a dead letter that can be retried', async () => {
    await open();
    let healthy = false;
    let tries = 0;
    work({
      'leads.score': async () => {
        tries += 1;
        if (!healthy) throw new Error('the store said no');
      },
    });
    const leads = await queues.get('leads');
    await leads.add('leads.score', score.data, {
      attempts: 2,
      backoff: { type: 'fixed', delay: 10 },
      jobId: 'dead',
    });
    const [letter] = await eventually('a dead letter', async () => {
      const letters = await deadLetters(queues, 10);
      return letters.length > 0 && letters;
    });
    expect(letter).toMatchObject({
      queue: 'leads',
      id: 'dead',
      name: 'leads.score',
      attempts: 2,
      reason: 'the store said no',
    });
    expect(tries).toBe(2);
    healthy = true;
    expect(await retryDeadLetter(queues, 'leads', 'dead')).toBe(true);
    await eventually(
      'the retried job to be done',
      async () => (await (await queues.get('leads')).getCompletedCount()) === 1,
    );
    expect(await deadLetters(queues, 10)).toEqual([]);
    expect(await retryDeadLetter(queues, 'leads', 'unknown')).toBe(false);
  });

  it.each([
    ['data that is not valid', 'leads.score', { leadId: { $gt: '' } }],
    ['a name nobody knows', 'toString', {}],
  ])('do not try again %s', async (_what, name, data) => {
    await open();
    work({});
    await (await queues.get('leads')).add(name, data, { attempts: 5, backoff: { type: 'fixed', delay: 1 } });
    const [letter] = await eventually('a dead letter', async () => {
      const letters = await deadLetters(queues, 10);
      return letters.length > 0 && letters;
    });
    expect(letter?.attempts).toBe(1);
  });

  it('let a worker that stops finish its job', async () => {
    await open();
    const started = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const { stop } = work({
      'leads.score': async () => {
        started.resolve();
        await mayEnd.promise;
      },
    });
    await queues.add(score, 'long');
    await started.promise;
    const stopped = stop();
    await queues.add(score, 'afterwards');
    mayEnd.resolve();
    await stopped;
    const leads = await queues.get('leads');
    const { completed, waiting, active } = await leads.getJobCounts('completed', 'waiting', 'active');
    expect({ finished: completed! >= 1, all: completed! + waiting!, active }).toEqual({
      finished: true,
      all: 2,
      active: 0,
    });
  });

  it('run a schedule once each time, however many schedulers set it', async () => {
    await open();
    const other = openQueues(redis);
    closing.push(() => other.close());
    const everySecond = [
      { id: 'tick', job: 'maintenance.purge', pattern: '* * * * * *', timezone: 'UTC' },
    ] as const;
    const ticks: number[] = [];
    work({ 'maintenance.purge': async () => void ticks.push(Math.round(Date.now() / 1000)) });
    work({ 'maintenance.purge': async () => void ticks.push(Math.round(Date.now() / 1000)) });
    await Promise.all([applySchedules(queues, everySecond), applySchedules(other, everySecond)]);
    await eventually('three ticks', async () => ticks.length >= 3);
    await Promise.all([applySchedules(queues, everySecond), applySchedules(other, everySecond)]);
    await eventually('two more', async () => ticks.length >= 5);
    expect(new Set(ticks).size).toBe(ticks.length);
    await applySchedules(queues, []);
    expect(await (await queues.get('maintenance')).getJobSchedulers()).toEqual([]);
  });
});
