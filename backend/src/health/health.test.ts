import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedMongo } from 'embedded-mongo';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../tests/setup/ports.ts';
import { openApp, type TestApp } from '../../test/app.ts';
import { eventually } from '../../test/eventually.ts';
import { startMongo } from '../../test/mongo.ts';
import { startProcess } from '../../test/process.ts';
import { startRedis } from '../../test/redis.ts';
import { testSettings } from '../../test/settings.ts';
import { openServices } from '../services.ts';
import { probe, storeProbes } from './probes.ts';
import { serveHealth } from './service-health.ts';
import { writeProbe } from './write-probe.ts';

describe('health while both stores are away', () => {
  let crm: TestApp;
  beforeAll(async () => {
    crm = await openApp();
  });
  afterAll(() => crm.close());

  it('simple is ok, because it asks nothing', async () => {
    expect(await crm.call('GET', '/health/simple', undefined, { authorization: '' })).toMatchObject({
      status: 200,
      body: { status: 'ok' },
      headers: { 'x-release': 'v20261123_210405' },
    });
  });

  it('health is 200 and degraded, with short reasons that name no host, user or password', async () => {
    const { status, body } = await crm.call('GET', '/health', undefined, {
      authorization: '',
      host: '10.0.0.7:8000',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'degraded',
      version: 'v20261123_210405',
      commit: 'abc1234',
      services: {
        mongodb: expect.stringMatching(/^unhealthy: .{3,40}$/),
        redis: expect.stringMatching(/^unhealthy: .{3,40}$/),
      },
      processes: { worker: null, scheduler: null },
      configured: { ai: [], smtp: false, google: false, sentry: false },
    });
    expect(JSON.stringify(body)).not.toMatch(/hunter2|user|127\.0\.0\.1|:1\b/);
  });

  it('ready is 503', async () => {
    expect(await crm.call('GET', '/health/ready')).toMatchObject({
      status: 503,
      body: {
        status: 'not ready',
        reasons: [
          { service: 'mongodb', code: expect.stringMatching(/^store-/), message: expect.any(String) },
          { service: 'redis', code: expect.stringMatching(/^store-/), message: expect.any(String) },
        ],
      },
    });
  });

  it('other requests are answered with a problem, not kept waiting', async () => {
    const began = Date.now();
    const { status, body, headers } = await crm.call('GET', '/leads');
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'unavailable' });
    expect(headers['retry-after']).toBe('2');
    expect(Date.now() - began).toBeLessThan(5000);
  });
});

describe('a probe', () => {
  it('has its own deadline', async () => {
    expect(await probe(() => new Promise(() => {}), 30)).toBe('unhealthy: no answer in time');
  });

  it.each([
    [
      Object.assign(new Error('connect ECONNREFUSED mongo.internal:27017'), { code: 'ECONNREFUSED' }),
      'unhealthy: connection refused',
    ],
    [
      new Error('WRONGPASS invalid username-password pair or user is disabled.'),
      'unhealthy: authentication refused',
    ],
    [new Error('secret-host.example.com says no'), 'unhealthy: error'],
  ])('says in a few words what %s means', async (error, reason) => {
    expect(await probe(() => Promise.reject(error))).toBe(reason);
  });
});

describe('ready means able to write', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function open({ standalone = false } = {}) {
    const [mongo, redis] = await Promise.all([startMongo({ standalone }), startRedis()]);
    const stores = { MONGO_URL: mongo.url, REDIS_URL: redis.url };
    closing.push(
      () => mongo.close(),
      () => redis.stop(),
    );
    const crm = await openApp(stores);
    closing.push(() => crm.close());
    const ready = (language = '') =>
      crm.call('GET', '/health/ready', undefined, { 'accept-language': language });
    const refuse = (errorCode: number) =>
      crm.services.mongo.db.admin().command({
        configureFailPoint: 'failCommand',
        mode: errorCode ? 'alwaysOn' : 'off',
        ...(errorCode && { data: { failCommands: ['insert'], errorCode } }),
      });
    return { crm, mongo, redis, ready, refuse, stores };
  }

  it('is 200 when it can, and leaves nothing behind', async () => {
    const { crm, ready } = await open();
    expect(await ready()).toMatchObject({
      status: 200,
      body: { status: 'ready', services: { mongodb: 'healthy', redis: 'healthy' }, reasons: [] },
    });
    expect(await crm.services.mongo.db.collection('health_probes').countDocuments()).toBe(0);
  });

  it('is 503 when MongoDB is standalone, and says so to people in their language', async () => {
    const { ready } = await open({ standalone: true });
    const { status, body } = await ready('pt-BR');
    expect({ status, services: body.services }).toEqual({
      status: 503,
      services: { mongodb: 'unhealthy: no transactions', redis: 'healthy' },
    });
    expect(body.reasons).toEqual([
      { service: 'mongodb', code: 'store-standalone', message: expect.stringContaining('transações') },
    ]);
    expect((await ready()).body.reasons[0].message).toContain('make it a replica set');
  });

  it('is 503 when the file of the embedded store was removed under it, as what is written then would be lost', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gone-'));
    closing.push(() => rmSync(folder, { recursive: true, force: true }));
    const mongo = await startEmbeddedMongo({ data: join(folder, 'data'), port: 0 });
    closing.push(() => mongo.close());
    const redis = await startRedis();
    closing.push(() => redis.stop());
    const crm = await openApp({ MONGO_URL: mongo.url, REDIS_URL: redis.url });
    closing.push(() => crm.close());
    const ready = () => crm.call('GET', '/health/ready');
    expect((await ready()).status).toBe(200);
    for (const file of readdirSync(folder)) rmSync(join(folder, file));
    await eventually('ready to tell', async () => (await ready()).status === 503);
    expect((await ready()).body.services).toEqual({ mongodb: 'unhealthy: writes refused', redis: 'healthy' });
    const { status } = await crm.call('POST', '/leads', { name: 'Maria', email: 'maria@example.com' });
    expect(status).toBeGreaterThanOrEqual(500);
  });

  it('is 503 while writes are refused, though MongoDB answers, and recovers by itself', async () => {
    const { ready, refuse } = await open();
    // 14031 OutOfDiskSpace
    await refuse(14031);
    expect(await ready()).toMatchObject({
      status: 503,
      body: {
        services: { mongodb: 'unhealthy: writes refused', redis: 'healthy' },
        reasons: [{ service: 'mongodb', code: 'store-not-writable' }],
      },
    });
    await refuse(0);
    await expect.poll(async () => (await ready()).status, { timeout: 4000 }).toBe(200);
  });

  it('is 503 when only Redis is dead', async () => {
    const { redis, ready } = await open();
    expect((await ready()).status).toBe(200);
    await redis.stop();
    expect(await ready()).toMatchObject({
      status: 503,
      body: { services: { mongodb: 'healthy', redis: expect.stringMatching(/^unhealthy: /) } },
    });
  });

  it('is 503 when Redis answers but refuses writes', async () => {
    const { redis, ready } = await open();
    const client = new Redis(redis.url);
    closing.push(() => client.disconnect());
    await client.config('SET', 'maxmemory', '1');
    expect(await ready()).toMatchObject({
      status: 503,
      body: {
        services: { mongodb: 'healthy', redis: 'unhealthy: writes refused' },
        reasons: [{ service: 'redis', code: 'store-not-writable' }],
      },
    });
  });

  it('is 503 at the latest 2 s after only MongoDB has died', async () => {
    const { mongo, ready } = await open();
    expect((await ready()).status).toBe(200);
    await mongo.close();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(await ready()).toMatchObject({
      status: 503,
      body: { services: { mongodb: expect.stringMatching(/^unhealthy: /), redis: 'healthy' } },
    });
  });

  it('is asked of a worker or scheduler in the same way', async () => {
    const { stores } = await open({ standalone: true });
    const settings = testSettings(stores);
    const services = await openServices(settings);
    const { server, port } = await serveHealth(settings, storeProbes(services, settings));
    closing.push(
      () => services.close(),
      () => server.close(),
    );
    const answer = await fetch(`http://127.0.0.1:${port}/health`);
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 503,
      body: {
        status: 'not ready',
        services: { mongodb: 'unhealthy: no transactions', redis: 'healthy' },
        reasons: [{ service: 'mongodb', code: 'store-standalone' }],
      },
    });
  });

  it('stops the release task early, before it makes any index', async () => {
    const { crm, stores } = await open({ standalone: true });
    const task = await startProcess('release', stores, null);
    closing.push(() => task.stop('SIGKILL'));
    expect(await task.ended).toMatchObject({ code: 2 });
    expect(task.output()).toContain('MONGO_URL is a standalone MongoDB without transactions');
    expect(await crm.services.mongo.db.listCollections().toArray()).toEqual([]);
  });

  it('lets the release task wait for a MongoDB that was made a moment ago', async () => {
    const redis = await startRedis();
    closing.push(() => redis.stop());
    const port = await freePort();
    const stores = {
      MONGO_URL: `mongodb://127.0.0.1:${port}/crm?replicaSet=embedded&serverSelectionTimeoutMS=200`,
      REDIS_URL: redis.url,
    };
    const task = await startProcess('release', stores, null);
    closing.push(() => task.stop('SIGKILL'));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(task.child.exitCode).toBeNull();
    const mongo = await startEmbeddedMongo({ data: ':memory:', port });
    closing.push(() => mongo.close());
    expect(await task.ended, task.output()).toMatchObject({ code: 0 });
  });

  it('costs one small write in two seconds, however many ask', async () => {
    const { crm, ready } = await open();
    const written = async () => (await crm.services.mongo.db.command({ serverStatus: 1 })).opcounters.insert;
    await ready();
    const before = Number(await written());
    const began = performance.now();
    for (let round = 0; round < 20; round += 1) await Promise.all(Array.from({ length: 25 }, () => ready()));
    const seconds = (performance.now() - began) / 1000;
    expect(Number(await written()) - before).toBeLessThanOrEqual(Math.ceil(seconds / 2));
  });
});

describe('the write of a probe', () => {
  it('is shared by all who ask within 2 s of its beginning, and its outcome is no answer after that', async () => {
    let moment = 0;
    const outcomes: (Error | null)[] = [];
    let writes = 0;
    const ask = writeProbe({} as never, {
      now: () => moment,
      write: async () => {
        writes += 1;
        const outcome = outcomes.shift();
        if (outcome) throw outcome;
      },
    });
    const said = () => probe(ask);
    outcomes.push(null, new Error('away'), null);
    expect(await Promise.all([said(), said(), said()])).toEqual(['healthy', 'healthy', 'healthy']);
    moment = 1999;
    expect(await said()).toBe('healthy');
    expect(writes).toBe(1);
    moment = 2000;
    expect(await said()).toBe('unhealthy: error');
    moment = 3999;
    expect(await said()).toBe('unhealthy: error');
    expect(writes).toBe(2);
    moment = 4000;
    expect(await said()).toBe('healthy');
    expect(writes).toBe(3);
  });

  it('that hangs makes nobody wait longer than the deadline, and a later one can succeed', async () => {
    let moment = 0;
    let hangs = true;
    const ask = writeProbe({} as never, {
      now: () => moment,
      write: () => (hangs ? new Promise(() => {}) : Promise.resolve()),
    });
    expect(await probe(ask, 20)).toBe('unhealthy: no answer in time');
    hangs = false;
    expect(await probe(ask, 20)).toBe('unhealthy: no answer in time');
    moment = 2000;
    expect(await probe(ask, 20)).toBe('healthy');
  });
});
