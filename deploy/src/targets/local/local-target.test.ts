import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../model/store.ts';
import { launch } from './host/launch.ts';
import { identify, isAlive } from './host/process-id.ts';
import { deploy, lastOf, servedAt } from './testing/deploy.ts';
import { TestPlace } from './testing/place.ts';

const first = 'v20260101_000000';
const second = 'v20260101_000100';

let place: TestPlace;
beforeEach(async () => {
  place = await TestPlace.open();
});
afterEach(() => place.close());

/** The process of a service; where there is none, 0 would be this process and all that it has started. */
const pidOf = async (service = 'web'): Promise<number> => {
  const pid = (await place.host.observe())?.services.find(({ name }) => name === service)?.pids[0];
  if (!pid) throw new Error(`${service} has no process`);
  return pid;
};
const pidIn = (line: string | undefined): number => {
  const pid = Number(line?.split(' ')[3]);
  if (!pid) throw new Error(`no process is named in: ${line}`);
  return pid;
};
const traces = () => readFileSync(place.trace, 'utf8').trim().split('\n');

describe('a release that is broken is never cut over', () => {
  it.each([
    ['crash', /^failed: web ended with exit code 3$/],
    [
      'silent',
      /^failed: web not healthy after 1.5 s: nothing listens on port \d+, which PORT tells it; it listens nowhere/,
    ],
    [
      'elsewhere',
      /^failed: web not healthy after 1.5 s: nothing listens on port \d+.*; it listens on \d+ instead: it must listen on PORT$/,
    ],
    ['unhealthy', /^failed: web not healthy after 1.5 s: \/health answered 500$/],
    ['short-lived', /^failed: web was healthy, and then ended with exit code 7$/],
  ] as const)('%s', async (behaviour, reason) => {
    const target = place.target();
    await deploy(target, place.release(first), [place.service()]);
    const before = await pidOf();
    const other = place.service('good', { name: 'other', paths: [] });
    const seen = await deploy(target, place.release(second), [place.service(behaviour), other]);
    expect(lastOf(seen, 'web')).toMatch(reason);
    expect(lastOf(seen, 'other')).toBe('canceled: rolled back, because web failed');
    expect(await servedAt(place.url)).toBe(first);
    expect(await pidOf()).toBe(before);
    const lines: string[] = [];
    for await (const { text } of target.logs('web', { lines: 20, version: second })) lines.push(text);
    expect(lines[0]).toBe(`starting ${second} as ${behaviour}`);
    // Nothing of it is left running.
    const started = traces().filter((line) => line.startsWith('up') && line.includes(second));
    // One that crashes may take the other down before it is up.
    if (behaviour !== 'crash') expect(started).not.toEqual([]);
    for (const line of started) expect(identify(pidIn(line))).toBeNull();
  });
});

it('says itself of which release an answer is, where the service does not', async () => {
  const nameless = place.service('good', { variables: { NAMELESS: { kind: 'plain', value: 'yes' } } });
  await deploy(place.target(), place.release(first), [nameless]);
  expect(await servedAt(place.url)).toBe(first);
  await deploy(place.target(), place.release(second), [nameless]);
  expect(await servedAt(place.url)).toBe(second);
});

it('does not cut over to a release of which a worker without a health path ends after a second', async () => {
  const { health: _, ...worker } = place.service('good', {
    name: 'worker',
    paths: [],
    start: ['node', '-e', 'setTimeout(() => {}, 1_000)'],
  });
  let gates = 0;
  const options = { atGate: () => void gates++ };
  const seen = await deploy(place.target(), place.release(first), [place.service(), worker], options);
  expect(lastOf(seen, 'worker')).toBe('failed: worker was healthy, and then ended with exit code 0');
  expect(gates).toBe(0);
});

it('lets a request that is under way at the cutover finish at the old release', async () => {
  const target = place.target();
  await deploy(target, place.release(first), [place.service()]);
  let slow: Promise<string | null> = Promise.resolve(null);
  await deploy(target, place.release(second), [place.service()], {
    atGate: async () => {
      slow = servedAt(`${place.url}/slow`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    },
  });
  expect(await servedAt(place.url)).toBe(second);
  expect(await slow).toBe(first);
  await expect.poll(traces).toContainEqual(expect.stringContaining(`down web ${first}`));
});

it('a release that dies just after it began to serve is rolled back at once, and what served before serves on', async () => {
  const target = place.target();
  const clock = (behaviour: 'good' | 'crash') =>
    place.service(behaviour, { name: 'clock', paths: [], singleton: true });
  await deploy(target, place.release(first), [place.service(), clock('good')]);
  const before = await pidOf();
  const seen = await deploy(target, place.release(second), [place.service('dies-serving'), clock('good')]);
  expect(seen.map(({ detail }) => detail)).toContain('serves; watching that it stays up');
  expect(lastOf(seen, 'web')).toBe('failed: web was healthy, and then ended with exit code 7');
  expect(lastOf(seen, 'clock')).toBe('canceled: rolled back, because web failed');
  expect(await servedAt(place.url)).toBe(first);
  expect(await pidOf()).toBe(before);
  expect((await target.inspect()).services).toMatchObject([
    { name: 'web', state: 'live', version: first },
    { name: 'clock', state: 'live', version: first },
  ]);
});

it('a first release that dies just after it began to serve leaves nothing serving', async () => {
  const target = place.target();
  const seen = await deploy(target, place.release(first), [place.service('dies-serving')]);
  expect(lastOf(seen, 'web')).toBe('failed: web was healthy, and then ended with exit code 7');
  await expect(servedAt(place.url)).rejects.toThrow('fetch failed');
  expect((await target.inspect()).live).toBeNull();
  await deploy(target, place.release(second), [place.service()]);
  expect(await servedAt(place.url)).toBe(second);
});

it('tells what visitors of each release were answered', async () => {
  const target = place.target();
  await deploy(target, place.release(first), [place.service()]);
  await servedAt(place.url);
  await servedAt(`${place.url}/health`);
  const [web] = await target.traffic(first);
  expect(web).toMatchObject({ service: 'web', answers: 1, errors: 0 });
  expect(web?.buckets.at(-1)).toEqual([Number.POSITIVE_INFINITY, 1]);
  expect(await target.traffic(second)).toEqual([]);
});

it('a first deploy that failed leaves the port that it was asked for to the next one', async () => {
  await deploy(place.target(), place.release(first), [place.service('crash')]);
  const target = place.target({ port: null });
  await deploy(target, place.release(second), [place.service()]);
  expect(await servedAt(place.url)).toBe(second);
});

describe('singletons', () => {
  const clock = () => place.service('good', { name: 'clock', paths: [], singleton: true });

  it('never run twice at a time', async () => {
    const target = place.target();
    for (const version of [first, second]) {
      await deploy(target, place.release(version), [place.service(), clock()]);
    }
    const order = traces()
      .filter((line) => line.includes(' clock '))
      .map((line) => line.split(' ').slice(0, 3).join(' '));
    expect(order).toEqual([`up clock ${first}`, `down clock ${first}`, `up clock ${second}`]);
  });

  it('of the old release work again when the new one does not come up', async () => {
    const target = place.target();
    await deploy(target, place.release(first), [place.service(), clock()]);
    const bad = place.service('crash', { name: 'clock', paths: [], singleton: true });
    const seen = await deploy(target, place.release(second), [place.service(), bad]);
    expect(lastOf(seen, 'clock')).toBe('failed: clock ended with exit code 3');
    expect(lastOf(seen, 'web')).toBe('canceled: rolled back, because clock failed');
    expect(await servedAt(place.url)).toBe(first);
    const clockNow = (await target.inspect()).services.find(({ name }) => name === 'clock');
    expect(clockNow).toMatchObject({ state: 'live', version: first, replicas: { ready: 1, wanted: 1 } });
  });
});

it('keeps the previous release warm when asked, and goes back to the same processes', async () => {
  const target = place.target();
  const services = [place.service(), place.service('good', { name: 'worker', paths: [] })];
  await deploy(target, place.release(first), services);
  const warm = await pidOf();
  const worker = await pidOf('worker');
  await deploy(target, place.release(second), services, { keepPrevious: 60 });
  expect(identify(warm)).not.toBeNull();
  // Two releases must not work off one queue.
  await expect.poll(() => identify(worker)).toBeNull();
  const began = performance.now();
  await deploy(target, place.release(first), services, { proven: true });
  expect(performance.now() - began).toBeLessThan(3_000);
  expect(await servedAt(place.url)).toBe(first);
  expect(await pidOf()).toBe(warm);
});

describe('a killed process comes back', () => {
  it('of a service, while the other replica answers', async () => {
    const target = place.target();
    await deploy(target, place.release(first), [place.service('good', { replicas: 2 })]);
    const victim = await pidOf();
    process.kill(victim, 'SIGKILL');
    for (let i = 0; i < 20; i++) expect(await servedAt(place.url)).toBe(first);
    await expect
      .poll(async () => (await target.inspect()).services[0], { timeout: 5_000 })
      .toMatchObject({ state: 'live', replicas: { ready: 2, wanted: 2 }, restarts: 1 });
  });

  it('of the only replica, while requests wait for it', async () => {
    const target = place.target();
    await deploy(target, place.release(first), [place.service()]);
    process.kill(await pidOf(), 'SIGKILL');
    await expect.poll(async () => (await target.inspect()).services[0]?.restarts).toBe(1);
    expect(await servedAt(place.url)).toBe(first);
  });

  it('of the host: services do not notice, and it serves again', async () => {
    const target = place.target();
    await deploy(target, place.release(first), [place.service()]);
    const [host, web] = [place.hostPid, await pidOf()];
    await expect.poll(async () => (await place.host.observe())?.keeper).toBeTypeOf('number');
    expect(host).toBeGreaterThan(0);
    process.kill(host, 'SIGKILL');
    const began = performance.now();
    await expect
      .poll(() => servedAt(place.url).catch(() => null), { interval: 10, timeout: 5_000 })
      .toBe(first);
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(await pidOf()).toBe(web);
    expect(place.hostPid).not.toBe(host);
    expect((await target.inspect()).services[0]).toMatchObject({ state: 'live', restarts: 0 });
    // The adopted process is watched like an own one.
    process.kill(web, 'SIGKILL');
    await expect.poll(async () => (await target.inspect()).services[0]?.restarts, { timeout: 5_000 }).toBe(1);
    expect(await servedAt(place.url)).toBe(first);
  });

  it('of the keeper', async () => {
    await deploy(place.target(), place.release(first), [place.service()]);
    const keeper = async () => (await place.host.observe())?.keeper ?? 0;
    await expect.poll(keeper).toBeGreaterThan(0);
    const killed = await keeper();
    expect(killed).toBeGreaterThan(0);
    process.kill(killed, 'SIGKILL');
    await expect.poll(async () => [0, killed].includes(await keeper()), { timeout: 5_000 }).toBe(false);
    const host = place.hostPid;
    expect(host).toBeGreaterThan(0);
    process.kill(host, 'SIGKILL');
    await expect.poll(() => ![0, host].includes(place.hostPid), { timeout: 5_000 }).toBe(true);
  });

  it('of the host while a release is on its way up: the old one serves, the new one is gone', async () => {
    const target = place.target();
    await deploy(target, place.release(first), [place.service()]);
    const seen = await deploy(target, place.release(second), [place.service()], {
      atGate: () => {
        expect(place.hostPid).toBeGreaterThan(0);
        process.kill(place.hostPid, 'SIGKILL');
      },
    });
    expect(lastOf(seen, 'web')).toMatch(/^failed: the supervisor process ended/);
    expect((await target.inspect()).live).toBe(first);
    expect(await servedAt(place.url)).toBe(first);
    const candidate = pidIn(traces().find((line) => line.startsWith(`up web ${second}`)));
    await expect.poll(() => identify(candidate), { timeout: 5_000 }).toBeNull();
  });
});

describe('before anything changes', () => {
  it('a port of another program is an error', async () => {
    const other = createServer().listen(place.port, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    try {
      const target = place.target();
      await expect(deploy(target, place.release(first), [place.service()])).rejects.toMatchObject({
        code: 'local.port-taken',
        exit: 3,
      });
      expect(existsSync(place.state)).toBe(false);
      expect(await target.check()).toContainEqual(
        expect.objectContaining({ level: 'failure', title: expect.stringContaining('is taken') }),
      );
    } finally {
      other.close();
    }
  });

  it('a release task that fails is one, too', async () => {
    const target = place.target();
    await deploy(target, place.release(first), [place.service()]);
    writeFileSync(join(place.root, 'task.mjs'), 'console.error("no such collection"); process.exit(9);');
    const task = { service: 'web', command: ['node', 'task.mjs'], deadline: 10 };
    const seen = await deploy(target, place.release(second, { task }), [place.service()]);
    expect(lastOf(seen, 'web')).toBe('failed: the release task ended with exit code 9');
    expect(traces().some((line) => line.includes(second))).toBe(false);
    expect(await servedAt(place.url)).toBe(first);
  });
});

it('stops everything, says so, and the next deploy starts it again', async () => {
  const target = place.target();
  await deploy(target, place.release(first), [place.service()]);
  const [host, web] = [identify(place.hostPid), identify(await pidOf())];
  await target.stop();
  for (const id of [host, web]) await expect.poll(() => id && isAlive(id)).toBe(false);
  expect(await target.inspect()).toMatchObject({ live: null, services: [] });
  await expect(servedAt(place.url)).rejects.toThrow();
  await target.stop();
  await deploy(target, place.release(second), [place.service()]);
  expect(await servedAt(place.url)).toBe(second);
});

it('a keeper that finds no host, and none that was killed, starts none', async () => {
  await deploy(place.target(), place.release(first), [place.service()]);
  await place.target().stop();
  expect(await launch('keeper', place.paths).ended).toBe(0);
  expect(place.hostPid).toBe(0);
  expect(existsSync(place.paths.hostFile)).toBe(false);
});

it('ends by itself when its folder is removed, stores and all', async () => {
  const redis: Store = { name: 'redis', kind: 'redis' };
  await deploy(place.target(), place.release(first, { stores: [redis] }), [place.service()]);
  const host = await place.host.observe();
  const pids = [host?.pid, host?.stores[0]?.pid, host?.services[0]?.pids[0]];
  const ids = pids.map((pid) => identify(pid ?? 0));
  expect(ids).not.toContain(null);
  rmSync(place.root, { recursive: true });
  for (const id of ids) await expect.poll(() => id && isAlive(id), { timeout: 10_000 }).toBe(false);
});

it('gives services the contract of their environment, and addresses that outlive the release', async () => {
  const variables = {
    WEB_URL: { kind: 'service', service: 'web', property: 'url' },
    PRIVATE: { kind: 'service', service: 'worker', property: 'url' },
  } as const;
  const worker = place.service('good', { name: 'worker', paths: [] });
  await deploy(place.target(), place.release(first, { commit: 'abc' }), [
    place.service('good', { variables }),
    worker,
  ]);
  const env = (await (await fetch(`${place.url}/env`)).json()) as Record<string, string>;
  expect(env).toMatchObject({
    HOST: '127.0.0.1',
    CONDUCTOR_RELEASE: first,
    CONDUCTOR_COMMIT: 'abc',
    CONDUCTOR_SERVICE: 'web',
    CONDUCTOR_ENVIRONMENT: 'test',
    WEB_URL: place.url,
  });
  expect(await servedAt(`${env.PRIVATE}/health`)).toBe(first);
  expect(env.VITEST).toBeUndefined();
});
