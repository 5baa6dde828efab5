import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Alarm, BackupError, createBackup, findPointInTime, generateKeyPair } from 'conductor-backup';
import { startEmbeddedMongo } from 'embedded-mongo';
import type { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSettings } from '../settings.ts';
import { type Nightly, openNightly } from './nightly.ts';
import { startShipping } from './shipping.ts';
import { readChangesStatus } from './status.ts';

/** As much of Redis as is used here. */
function fakeRedis(): Redis & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  const redis = {
    kept,
    async set(key: string, value: string, ...options: unknown[]) {
      if (options.includes('NX') && kept.has(key)) return null;
      kept.set(key, value);
      return 'OK';
    },
    get: async (key: string) => kept.get(key) ?? null,
    del: async (key: string) => Number(kept.delete(key)),
    pexpire: async () => 1,
  };
  return redis as unknown as Redis & { readonly kept: Map<string, string> };
}

const team = await generateKeyPair();
const second = 1_000;

describe('changes between backups', () => {
  let mongo: Awaited<ReturnType<typeof startEmbeddedMongo>>;
  let client: MongoClient;
  let folder: string;
  let nightly: Nightly;
  let redis: ReturnType<typeof fakeRedis>;
  let alarms: Alarm[];
  let warnings: string[];
  let stops: (() => Promise<void>)[];

  const settings = (more: Record<string, string> = {}) =>
    readSettings({
      SECRET_KEY: 'x'.repeat(40),
      MONGO_URL: mongo.url.replace('/?', '/crm?'),
      REDIS_URL: 'redis://127.0.0.1:1',
      BACKUP_STORE: `file:${folder}`,
      BACKUP_RECIPIENTS: team.recipient,
      BACKUP_SCRATCH_URL: mongo.url,
      CONDUCTOR_ENVIRONMENT: 'test',
      ...more,
    });

  async function open(options: { oplog?: number; standalone?: boolean } = { oplog: 8 }): Promise<void> {
    mongo = await startEmbeddedMongo({ data: ':memory:', port: 0, ...options });
    client = await new MongoClient(mongo.url).connect();
    nightly = (await openNightly(settings()))!;
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crm-shipping-'));
    redis = fakeRedis();
    [alarms, warnings, stops] = [[], [], []];
  });
  afterEach(async () => {
    for (const stop of stops) await stop();
    await client?.close();
    await mongo?.close();
    await rm(folder, { recursive: true });
  });

  function start(of = nightly, more: Record<string, string> = {}, late = 60 * second) {
    const log = pino({}, { write: (line) => void warnings.push(JSON.parse(line).msg) });
    const registry = new Registry();
    const bell = { ring: async (alarm: Alarm) => void alarms.push(alarm) };
    const stop = startShipping(settings(more), of, { redis, log, registry, every: 50, late, bell });
    stops.push(stop);
    return { stop, registry };
  }

  const upTo = async () => (await readChangesStatus(redis))?.upTo ?? null;
  const write = (_id: number) => client.db('crm').collection<{ _id: number }>('leads').insertOne({ _id });

  it('are in the store soon, for a restore to any time, and are told of', async () => {
    await open();
    const { registry } = start();
    await expect.poll(upTo, { timeout: 10 * second }).not.toBeNull();
    await write(1);
    await createBackup({ ...nightly.run, verify: { url: mongo.url } });
    await write(2);
    await client.db('crm').collection('leads').deleteMany({});
    const last = await client
      .db('local')
      .collection('oplog.rs')
      .find()
      .sort({ $natural: -1 })
      .limit(1)
      .next();
    const before = { t: last!.ts.high, i: last!.ts.low + 1 };
    const { store, scope } = nightly;
    const entries = () =>
      findPointInTime(store, scope, before, [team.identity]).then(
        ({ forward }) => forward.entries,
        () => 0,
      );
    await expect.poll(entries, { timeout: 10 * second }).toBeGreaterThan(1);
    expect(await registry.metrics()).toMatch(/conductor_backup_changes_kept_timestamp_seconds \d{10}/);
    expect([alarms, warnings]).toEqual([[], []]);
  });

  it('are shipped by one of two workers, and by the other when that one stops', async () => {
    await open();
    const puts = vi.fn();
    const counted = (name: string): Nightly => ({
      ...nightly,
      store: {
        ...nightly.store,
        write: (...of) => {
          puts(name);
          return nightly.store.write(...of);
        },
      },
    });
    const one = start(counted('one'));
    await expect.poll(() => puts.mock.calls.length).toBeGreaterThan(0);
    start(counted('other'));
    await write(1);
    await expect.poll(() => puts.mock.calls.length).toBeGreaterThan(1);
    expect(puts.mock.calls.flat()).not.toContain('other');
    await one.stop();
    await write(2);
    await expect.poll(() => puts.mock.calls.flat(), { timeout: 10 * second }).toContain('other');
  });

  it('that cannot be shipped for long are an alarm, and shipped later', async () => {
    await open();
    let isAway = false;
    const away = () =>
      Promise.reject(new BackupError({ code: 'store.unreachable', message: 'The store is away.' }));
    const store: Nightly['store'] = {
      ...nightly.store,
      put: (...of) => (isAway ? away() : nightly.store.put(...of)),
    };
    // Longer than a busy machine takes to be told that the store is away.
    start({ ...nightly, store }, {}, 2 * second);
    await expect.poll(upTo, { timeout: 10 * second }).not.toBeNull();
    isAway = true;
    await write(1);
    await expect.poll(() => alarms[0]?.kind, { timeout: 10 * second }).toBe('changes-late');
    expect(alarms[0]!.message).toContain('The store is away.');
    expect((await readChangesStatus(redis))!.problem).toContain('away');
    isAway = false;
    await expect
      .poll(async () => (await readChangesStatus(redis))!.problem, { timeout: 10 * second })
      .toBeNull();
  });

  it('that hang on their way are an alarm, too', async () => {
    await open();
    let answer = () => {};
    let hangs = false;
    const store: Nightly['store'] = {
      ...nightly.store,
      put: async (...of) => {
        if (hangs) await new Promise<void>((resolve) => (answer = resolve));
        return nightly.store.put(...of);
      },
    };
    start({ ...nightly, store }, {}, 200);
    await expect.poll(upTo, { timeout: 10 * second }).not.toBeNull();
    hangs = true;
    await write(1);
    await expect.poll(() => alarms[0]?.message, { timeout: 10 * second }).toContain('has not answered since');
    expect(alarms[0]!.kind).toBe('changes-late');
    hangs = false;
    answer();
  });

  it('that MongoDB does not have any more are an alarm', async () => {
    await open({ oplog: 1 });
    const { stop } = start();
    await expect.poll(upTo, { timeout: 10 * second }).not.toBeNull();
    await stop();
    const big = client.db('crm').collection<{ _id: number; text: string }>('big');
    for (let _id = 0; _id < 20; _id++) await big.insertOne({ _id, text: 'x'.repeat(100_000) });
    start();
    await expect.poll(() => alarms[0]?.kind, { timeout: 10 * second }).toBe('changes-lost');
    expect(alarms[0]!.hint).toContain('conductor backup create test');
  });

  it('are not kept of a server without a replica set, which is said once and is no alarm', async () => {
    await open({ standalone: true });
    start();
    await expect
      .poll(async () => (await readChangesStatus(redis))?.problem)
      .toContain('without a replica set');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(alarms).toEqual([]);
    expect(warnings).toHaveLength(1);
  });

  it('are not looked at where that is switched off', async () => {
    await open();
    start(nightly, { BACKUP_POINT_IN_TIME_DAYS: '0' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(redis.kept.size).toBe(0);
  });
});
