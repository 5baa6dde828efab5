import { execFileSync } from 'node:child_process';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { startMongo } from '../../test/mongo.ts';
import { type RunningProcess, startProcess } from '../../test/process.ts';
import { startRedis } from '../../test/redis.ts';

let redis: Awaited<ReturnType<typeof startRedis>>;
let mongo: Awaited<ReturnType<typeof startMongo>>;
beforeAll(async () => {
  [redis, mongo] = await Promise.all([startRedis(), startMongo()]);
});
afterAll(() => Promise.all([redis.stop(), mongo.close()]));

async function start(over: Record<string, string> = {}): Promise<RunningProcess> {
  const api = await startProcess('api', {
    REDIS_URL: redis.url,
    MONGO_URL: mongo.url,
    RATE_LIMIT: '1000000',
    ...over,
  });
  onTestFinished(async () => void (await api.stop('SIGKILL')));
  return api;
}

/** One request through an agent; the connection may be kept for the next. */
function get(
  agent: Agent,
  url: string,
): Promise<{ status: number; connection: string | undefined; release: unknown }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { agent }, (answer) => {
      answer.resume();
      answer.once('end', () =>
        resolve({
          status: answer.statusCode!,
          connection: answer.headers.connection,
          release: answer.headers['x-release'],
        }),
      );
    });
    request.once('error', reject);
    request.end();
  });
}

function childrenOf({ child }: RunningProcess): number[] {
  const lines = execFileSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' });
  return lines.trim().split(/\s+/).map(Number);
}

/** Keeps asking until told to stop, on kept connections as a proxy does. */
function load(url: string, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const failures: string[] = [];
  let answered = 0;
  let running = true;
  const loops = Array.from({ length: connections }, async () => {
    while (running)
      await get(agent, url).then(
        ({ status }) => {
          answered += 1;
          if (status !== 200) failures.push(`status ${status}`);
        },
        (error) => failures.push(String(error)),
      );
  });
  return {
    answered: () => answered,
    async stop() {
      running = false;
      await Promise.all(loops);
      agent.destroy();
      return failures;
    },
  };
}

describe('an api process', () => {
  it('says every problem of its settings and exits with 2', async () => {
    const api = await startProcess('api', { SECRET_KEY: '', MONGO_URL: 'not-a-url', WORKERS: 'x' }, null);
    expect((await api.ended).code).toBe(2);
    expect(api.output()).toMatch(/MONGO_URL must.*\n.*SECRET_KEY is required\n.*WORKERS must/);
  });

  it('finishes a request that is under way at SIGTERM, tells the connection to close, and exits with 0', async () => {
    const api = await start();
    const body = '{"email":"nobody"}';
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write(
      `POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    await eventually('the request to have begun', async () => socket.bytesWritten > 0);
    await get(new Agent(), `${api.url}/api/v1/health/simple`);
    api.child.kill('SIGTERM');
    await eventually('the port to be closed', () =>
      get(new Agent(), `${api.url}/api/v1/health/simple`).then(
        () => false,
        () => true,
      ),
    );
    socket.write(body.slice(5));
    await closed;
    expect(received).toMatch(/^HTTP\/1\.1 422 /);
    expect(received).toMatch(/^connection: close\r$/im);
    expect(await api.ended).toEqual({ code: 0, signal: null });
  });

  it('closes live connections with 1012 at SIGTERM', async () => {
    const api = await start();
    const { default: WebSocket } = await import('ws');
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}/ws`, {
      headers: {
        authorization: 'Bearer test-token-0123456789-0123456789-abc',
        origin: 'http://localhost:8080',
      },
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    api.child.kill('SIGTERM');
    expect(await closed).toBe(1012);
    expect((await api.ended).code).toBe(0);
  });

  it.each([
    ['from another origin', 'https://evil.example.com', true, 403],
    ['without a session', 'http://localhost:8080', false, 401],
  ])('refuses a live connection %s', async (_name, origin, withToken, status) => {
    const api = await start();
    const { default: WebSocket } = await import('ws');
    const headers = {
      origin,
      ...(withToken && { authorization: 'Bearer test-token-0123456789-0123456789-abc' }),
    };
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}/ws`, { headers });
    const message = await new Promise<string>((resolve) =>
      socket.once('error', (error) => resolve(error.message)),
    );
    expect(message).toContain(String(status));
  });

  it('exits within the drain limit even when a client never finishes its request', async () => {
    const api = await start({ DRAIN_SECONDS: '2' });
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      'POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    );
    await get(new Agent(), `${api.url}/api/v1/health/simple`);
    const began = Date.now();
    expect(await api.stop()).toEqual({ code: 0, signal: null });
    expect(Date.now() - began).toBeLessThan(3500);
    socket.destroy();
  });
});

describe('several api processes', () => {
  it('are replaced after MAX_REQUESTS without losing a request', async () => {
    const api = await start({
      WORKERS: '2',
      MAX_REQUESTS: '300',
      MAX_REQUESTS_JITTER: '50',
    });
    const seen = new Set<number>();
    const traffic = load(`${api.url}/api/v1/health/simple`, 8);
    await eventually(
      'both processes to have been replaced',
      async () => {
        for (const pid of childrenOf(api)) seen.add(pid);
        return seen.size >= 4;
      },
      25_000,
    );
    expect(await traffic.stop()).toEqual([]);
    expect(await api.stop()).toEqual({ code: 0, signal: null });
  });

  it('lose no request of kept connections at SIGTERM, and all end', async () => {
    const api = await start({ WORKERS: '2' });
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    for (let count = 0; count < 20; count += 1) await get(agent, `${api.url}/api/v1/health/simple`);
    api.child.kill('SIGTERM');
    const answer = await get(agent, `${api.url}/api/v1/health/simple`);
    expect(answer).toEqual({
      status: 200,
      connection: expect.stringMatching(/close|keep-alive/),
      release: 'v20261123_210405',
    });
    expect((await api.ended).code).toBe(0);
    agent.destroy();
  });

  it('come back after one was killed', async () => {
    const api = await start({ WORKERS: '2' });
    const children = () => childrenOf(api);
    const before = children();
    expect(before).toHaveLength(2);
    process.kill(before[0]!, 'SIGKILL');
    await eventually(
      'another process',
      async () => children().some((pid) => !before.includes(pid)) && children().length === 2,
    );
    // The one that was killed may have been the only one that listened yet, and its follower is still starting.
    await eventually('the api to answer again', () =>
      get(new Agent(), `${api.url}/api/v1/health/simple`).then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
  });

  it('give up when none can start, so that a broken release is seen to fail', async () => {
    const api = await start({ WORKERS: '2' });
    const second = await startProcess(
      'api',
      { REDIS_URL: redis.url, WORKERS: '2', PORT: new URL(api.url).port },
      null,
    );
    expect((await second.ended).code).not.toBe(0);
  });
});
