import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, type TestApp } from '../../test/app.ts';
import { probe } from './probes.ts';

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
      body: { status: 'not ready' },
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
