import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { eventually } from '../test/eventually.ts';
import { startMongo } from '../test/mongo.ts';
import { type RunningProcess, startProcess } from '../test/process.ts';
import { startRedis } from '../test/redis.ts';
import { testToken } from '../test/settings.ts';

/** The whole server as it is deployed: release task, api, worker and scheduler as processes of their own. */
describe('the running server', () => {
  let closing: (() => unknown)[];
  let api: RunningProcess;
  let worker: RunningProcess;
  let stores: Record<string, string>;
  beforeAll(async () => {
    const [mongo, redis] = await Promise.all([startMongo(), startRedis()]);
    stores = { MONGO_URL: mongo.url, REDIS_URL: redis.url };
    const release = await startProcess('release', stores, null);
    expect(await release.ended).toEqual({ code: 0, signal: null });
    const again = await startProcess('release', stores, null);
    expect(await again.ended).toEqual({ code: 0, signal: null });
    api = await startProcess('api', stores);
    worker = await startProcess('worker', stores, '/health');
    const scheduler = await startProcess('scheduler', stores, '/health');
    closing = [
      () => mongo.close(),
      () => redis.stop(),
      () => Promise.all([api, worker, scheduler].map((one) => one.stop())),
    ];
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  const headers = {
    host: 'localhost',
    authorization: `Bearer ${testToken}`,
    'content-type': 'application/json',
  };
  const add = async (email: string) => {
    const body = JSON.stringify({ name: 'Maria Souza', email, jobTitle: 'CEO' });
    return (await fetch(`${api.url}/api/v1/leads`, { method: 'POST', headers, body })).json() as Promise<{
      id: string;
    }>;
  };
  const scoreOf = async (id: string) => {
    const lead = (await (await fetch(`${api.url}/api/v1/leads/${id}`, { headers })).json()) as {
      score: { value: number } | null;
    };
    return lead.score;
  };

  it('scores a new lead and announces it', async () => {
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}/ws`, {
      headers: { authorization: headers.authorization },
    });
    const heard: string[] = [];
    socket.on('message', (text) => heard.push(JSON.parse(String(text)).type));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const { id } = await add('maria@example.com');
    await eventually('the announcement of the score', async () => heard.includes('lead.scored'));
    expect((await scoreOf(id))?.value).toBeGreaterThan(30);
    expect(heard[0]).toBe('lead.created');
    socket.close();
  });

  it('shows in its health that worker and scheduler are alive, and of which release', async () => {
    const health = (await (await fetch(`${api.url}/api/v1/health`)).json()) as object;
    expect(health).toMatchObject({
      status: 'healthy',
      services: { mongodb: 'healthy', redis: 'healthy' },
      processes: { worker: { version: 'v20261123_210405' }, scheduler: { version: 'v20261123_210405' } },
    });
  });

  it('scores what came in while no worker ran, once one is back', async () => {
    expect((await worker.stop()).code).toBe(0);
    const { id } = await add('ana@example.com');
    expect(await scoreOf(id)).toBeNull();
    worker = await startProcess('worker', stores, '/health');
    await eventually('the score', () => scoreOf(id));
  });

  it('refuses the embedded store in production', async () => {
    const production = {
      ...stores,
      ENVIRONMENT: 'production',
      SECRET_KEY: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      BACKEND_URL: 'https://crm.example.com',
      FRONTEND_URL: 'https://crm.example.com',
    };
    for (const name of ['api', 'worker', 'scheduler', 'release'] as const) {
      const refused = await startProcess(name, production, null);
      expect((await refused.ended).code, name).toBe(2);
      expect(refused.output()).toContain('embedded store');
      expect(refused.output()).not.toContain('127.0.0.1');
    }
  });
});
