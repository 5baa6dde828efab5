import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostObserved } from '../deploy/src/targets/local/host/protocol.ts';
import { killAtOnce, Project, type Status } from './local/project.ts';

const full = process.env.CONDUCTOR_STORIES === 'full';

describe('kill -9 of each process of the CRM', () => {
  let crm: Project;
  let version: string;
  let wellThen: unknown[];
  beforeAll(async () => {
    crm = await Project.crm();
    if (!full) {
      // Half a minute is waited for a worker that hangs, as for one that has work to end.
      crm.edit('conductor.config.ts', /drain: 30/, 'drain: 5');
      crm.commit();
    }
    ({ version } = await crm.change(['deploy']));
    wellThen = await allLive();
    expect(wellThen).toEqual([
      version,
      ...['backend live', 'worker live', 'scheduler live', 'frontend live', 'mongodb live', 'redis live'],
    ]);
  });
  afterAll(() => crm?.close());

  const observed = async (): Promise<HostObserved> => {
    const host = await crm.host.observe();
    if (host === null) throw new Error('No host runs.');
    return host;
  };
  const allLive = async () => {
    const { services, stores, live } = await observed();
    return [live, ...[...services, ...stores].map(({ name, state }) => `${name} ${state}`)];
  };
  /** Nobody's number is none: 0 would be this process and all that it has started. */
  const kill = (pid: number | null | undefined) => {
    if (!pid) throw new Error('There is no process to kill.');
    process.kill(pid, 'SIGKILL');
  };
  const healthy = async () => (await fetch(`${crm.url}/api/v1/health/ready`)).status;

  test.each(['backend', 'worker', 'scheduler', 'frontend'])('%s comes back', async (name) => {
    const now = async () => (await observed()).services.find((service) => service.name === name);
    const before = await now();
    kill(before?.pids[0]);
    // The truth meanwhile: it is on its way up, and none is ready.
    await expect.poll(now, { interval: 5 }).toMatchObject({ state: 'starting', ready: 0 });
    await expect.poll(now, { timeout: 20_000 }).toMatchObject({ state: 'live', ready: 1, restarts: 1 });
    expect((await now())?.pids).not.toEqual(before?.pids);
    await expect.poll(healthy, { timeout: 20_000 }).toBe(200);
    expect(await allLive()).toEqual(wellThen);
  });

  test('redis-server comes back, with all that it has acknowledged', async () => {
    const url = crm.storeUrl('redis');
    const redis = new Redis(url, { maxRetriesPerRequest: null });
    redis.on('error', () => {});
    for (let i = 0; i < 500; i++) await redis.rpush('story', String(i));
    await killStore('redis');
    expect(await redis.llen('story')).toBe(500);
    redis.disconnect();
    await expect.poll(healthy, { timeout: 20_000 }).toBe(200);
  });

  test('embedded-mongo comes back, with all that it has acknowledged', async () => {
    const client = new MongoClient(crm.storeUrl('mongodb'));
    const story = client.db('story').collection<{ n: number }>('story');
    for (let n = 0; n < 500; n++) await story.insertOne({ n });
    await killStore('mongodb');
    await expect.poll(() => story.countDocuments().catch(() => null), { timeout: 20_000 }).toBe(500);
    await client.close();
    await expect.poll(healthy, { timeout: 20_000 }).toBe(200);
  });

  async function killStore(name: string): Promise<void> {
    const now = async () => (await observed()).stores.find((store) => store.name === name);
    const before = await now();
    kill(before?.pid);
    await expect.poll(now, { interval: 5 }).toMatchObject({ state: 'starting' });
    await expect.poll(now, { timeout: 20_000 }).toMatchObject({ state: 'live', restarts: 1 });
  }

  test('the host comes back and serves, and no service was started again', async () => {
    const before = await observed();
    const pids = (host: HostObserved) => [
      ...host.services.map((each) => each.pids),
      ...host.stores.map(({ pid }) => pid),
    ];
    await expect.poll(async () => (await observed()).keeper).toBeTypeOf('number');
    kill(before.pid);
    const began = performance.now();
    const answer = () =>
      fetch(crm.url).then(
        ({ status }) => status,
        () => null,
      );
    await expect.poll(answer, { interval: 10, timeout: 10_000 }).toBe(200);
    console.log(
      `The gateway was away for ${Math.round(performance.now() - began)} ms after kill -9 of the host.`,
    );
    const after = await observed();
    expect(after.pid).not.toBe(before.pid);
    expect(pids(after)).toEqual(pids(before));
  });

  test('the keeper comes back, and keeps the host', async () => {
    const keeper = async () => (await observed()).keeper;
    await expect.poll(keeper, { timeout: 5_000 }).toBeTypeOf('number');
    const before = await keeper();
    kill(before);
    await expect.poll(keeper, { timeout: 5_000 }).not.toBe(before);
    await expect.poll(keeper, { timeout: 5_000 }).toBeTypeOf('number');
    const { pid } = await observed();
    kill(pid);
    await expect.poll(async () => (await crm.host.observe())?.pid ?? pid, { timeout: 10_000 }).not.toBe(pid);
  });

  test('the deploy itself: the old release serves, and the next command knows', async () => {
    crm.write('change.txt', 'x');
    crm.commit();
    const deploy = crm.start(['deploy', '--json']);
    await expect.poll(async () => (await observed()).rollout, { timeout: 60_000 }).toBeTypeOf('string');
    deploy.kill('SIGKILL');
    await expect.poll(async () => (await observed()).rollout, { timeout: 60_000 }).toBeNull();
    expect((await observed()).live).toBe(version);
    expect(await healthy()).toBe(200);
    const status = await crm.run(['status']);
    expect(status.stdout + status.stderr).toMatch(/interrupted|under way/);
    expect((await crm.run(['abort'])).code).toBe(0);
    const next = await crm.change(['deploy']);
    expect(next.verdict).toBe('live');
  });

  /** What the command says of the environment, and how long it took to say it. */
  const told = async () => {
    const { stdout, code, seconds } = await crm.run(['status', '--json']);
    expect(code).toBe(0);
    const { state, next, trouble } = JSON.parse(stdout) as Status;
    return { state, next, trouble, seconds };
  };

  test('host and keeper: status names the one command, which takes over what runs', async () => {
    const { processes } = await crm.runningWithKeeper();
    const { pid, keeper } = await observed();
    await killAtOnce(processes.filter((each) => each.pid === pid || each.pid === keeper));
    const rest = processes.filter((each) => each.pid !== pid && each.pid !== keeper);
    expect(await told()).toMatchObject({ state: 'down', next: 'conductor start local' });
    const started = await crm.run(['start', '--json']);
    expect(started.code, started.stderr).toBe(0);
    expect(await healthy()).toBe(200);
    expect((await crm.runningWithKeeper()).processes).toEqual(expect.arrayContaining(rest));
    expect(await told()).toMatchObject({ state: 'live', next: null, trouble: null });
  });

  test('a host that hangs: status says so and does not hang, and it is replaced by itself', async () => {
    const { processes } = await crm.runningWithKeeper();
    const { pid } = await observed();
    process.kill(pid, 'SIGSTOP');
    const began = performance.now();
    const meanwhile = await told();
    expect(meanwhile).toMatchObject({
      state: 'down',
      next: 'conductor start local',
      trouble: expect.stringContaining(`${pid} has not answered`),
    });
    expect(meanwhile.seconds).toBeLessThan(8);
    await expect.poll(async () => (await told()).state, { timeout: 30_000 }).toBe('live');
    const away = ((performance.now() - began) / 1_000).toFixed(1);
    console.log(
      `status answered in ${meanwhile.seconds.toFixed(1)} s; live again ${away} s after the host hung.`,
    );
    expect(await healthy()).toBe(200);
    const rest = processes.filter((each) => each.pid !== pid);
    expect((await crm.runningWithKeeper()).processes).toEqual(expect.arrayContaining(rest));
  });

  test('a service that hangs: status calls it failed, and it is started again by itself', async () => {
    const now = async () => (await observed()).services.find(({ name }) => name === 'worker');
    const before = await now();
    const victim = before?.pids[0];
    if (!victim) throw new Error('The worker does not run.');
    process.kill(victim, 'SIGSTOP');
    await expect.poll(now, { timeout: 10_000 }).toMatchObject({ state: 'failed', ready: 0 });
    expect((await told()).state).toBe('degraded');
    await expect.poll(now, { timeout: 60_000, interval: 500 }).toMatchObject({ state: 'live', ready: 1 });
    expect((await now())?.pids).not.toEqual(before?.pids);
    expect((await told()).state).toBe('live');
  });

  test('everything at once, as in a power cut: one command brings the same version back, with all data', async () => {
    const { live } = await observed();
    const note = await keptData();
    const running = await crm.cutPower();
    expect(running.processes.length).toBe(8);
    expect(await crm.status()).toMatchObject({ state: 'down', release: null, next: 'conductor start local' });
    await expect(healthy()).rejects.toThrow();

    const started = await crm.run(['start', '--json']);
    expect(started.code, started.stderr).toBe(0);
    expect(JSON.parse(started.stdout)).toMatchObject({ state: 'live', version: live, began: true });
    console.log(`conductor start took ${started.seconds.toFixed(1)} s after everything was killed.`);
    expect(await healthy()).toBe(200);
    expect((await crm.status()).state).toBe('live');
    expect(await allLive()).toEqual([live, ...wellThen.slice(1)]);
    expect(await keptData(note)).toBe(note);
  });

  test('stop leaves no process, port or socket, and start after it the same version and data', async () => {
    const { live } = await observed();
    const note = await keptData();
    const running = await crm.running();
    expect((await crm.run(['stop'])).code).toBe(0);
    expect(await crm.left(running)).toEqual([]);
    expect(await crm.status()).toMatchObject({ state: 'stopped', next: 'conductor start local' });
    for (const began of [true, false]) {
      const started = await crm.run(['start', '--json']);
      expect(JSON.parse(started.stdout)).toMatchObject({ state: 'live', version: live, began });
    }
    expect(await healthy()).toBe(200);
    expect(await keptData(note)).toBe(note);
  });

  /** Writes something new into both stores, or reads what was written, which must be the same in both. */
  async function keptData(written?: string): Promise<string> {
    const note = written ?? `written at ${new Date().toISOString()}`;
    const redis = new Redis(crm.storeUrl('redis'));
    const client = new MongoClient(crm.storeUrl('mongodb'));
    try {
      const notes = client.db('story').collection<{ note: string }>('notes');
      if (written === undefined) {
        await redis.set('note', note);
        await notes.insertOne({ note });
      }
      const found = [await redis.get('note'), (await notes.findOne({ note }))?.note];
      expect(found).toEqual([note, note]);
      return note;
    } finally {
      redis.disconnect();
      await client.close();
    }
  }
});
