import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findRedis } from '../deploy/src/targets/local/store-programs.ts';
import { Project } from './local/project.ts';
import { SmallDisk } from './setup/small-disk.ts';

const skipped =
  process.env.CONDUCTOR_STORIES !== 'full'
    ? 'a disk of 3 GB: npm run stories'
    : (SmallDisk.missing('ext4') ?? (findRedis() === null ? 'there is no Redis' : null));

describe('the CRM on a disk that is filled to the last byte', () => {
  let disk: SmallDisk;
  let crm: Project;
  let cookie: string;
  let version: string;

  const api = (method: string, path: string, body?: unknown) =>
    fetch(`${crm.url}/api/v1${path}`, {
      method,
      headers: {
        cookie,
        origin: crm.url,
        'x-requested-with': 'conductor',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    });
  const addLead = (name: string) => api('POST', '/leads', { name, email: `${name}@example.com` });

  beforeAll(async () => {
    if (skipped !== null) return;
    disk = SmallDisk.make('ext4', 3_000);
    crm = await Project.crm({ where: disk.path });
    ({ version } = await crm.change(['deploy']));
    cookie = '';
    const person = { name: 'Ana', email: 'ana@example.com', password: 'correct horse battery' };
    const signedIn = await api('POST', '/setup', {
      organisation: 'Acme',
      ...person,
      token: await crm.setupToken(),
    });
    expect(signedIn.status, await signedIn.text()).toBeLessThan(300);
    cookie = String(signedIn.headers.get('set-cookie')).split(';')[0]!;
    for (let n = 0; n < 20; n++) expect((await addLead(`maria${n}`)).status).toBe(201);
  });
  afterAll(async () => {
    if (skipped !== null) return;
    disk.makeRoom();
    await crm.close();
    disk.remove();
  });

  const observed = async () => {
    const host = await crm.host.observe();
    if (host === null) throw new Error('No host runs.');
    return host;
  };
  const states = async () => {
    const { services, stores } = await observed();
    return [...services, ...stores].map(({ name, state }) => `${name} ${state}`);
  };
  const allLive = ['backend', 'worker', 'scheduler', 'frontend', 'mongodb', 'redis'].map(
    (name) => `${name} live`,
  );

  /** Whole again by itself: all is live, and what is added is saved. */
  async function becomesWhole() {
    disk.makeRoom();
    await expect
      .poll(() => addLead(`later${Date.now()}`).then(({ status }) => status, String), {
        timeout: 60_000,
        interval: 500,
      })
      .toBe(201);
    await expect.poll(states, { timeout: 60_000 }).toEqual(allLive);
    await expect.poll(async () => (await api('GET', '/health/ready')).status, { timeout: 30_000 }).toBe(200);
    expect((await observed()).live).toBe(version);
  }

  /** Pages and records are read all the time; says what was answered otherwise. */
  async function reading(work: () => Promise<void>) {
    const paths = ['/leads', '/deals', '/search?q=maria', '/leads?q=maria&sort=-createdAt', '/auth/me'];
    const wrong: string[] = [];
    let reads = 0;
    let on = true;
    const reader = (async () => {
      while (on) {
        for (const path of paths) {
          const status = await api('GET', path).then(
            (answer) => answer.text().then(() => answer.status),
            String,
          );
          if (status !== 200) wrong.push(`${path}: ${status}`);
        }
        const page = await fetch(crm.url).then(({ status }) => status, String);
        if (page !== 200) wrong.push(`/: ${page}`);
        reads += paths.length + 1;
        await sleep(20);
      }
    })();
    try {
      await work();
    } finally {
      on = false;
      await reader;
    }
    return { wrong, reads };
  }

  const why = skipped === null ? '' : ` (${skipped})`;
  test.skipIf(skipped !== null)(
    `reads on, refuses in clear words what cannot be saved, and is whole when there is room${why}`,
    async () => {
      const { wrong, reads } = await reading(async () => {
        disk.fill();
        await expect
          .poll(async () => (await addLead(`big${Date.now()}`)).status, { timeout: 60_000, interval: 20 })
          .toBe(503);
        const refused = await addLead('refused');
        expect(await refused.json()).toMatchObject({ code: 'not-writable' });
        await sleep(3_000);
        expect((await observed()).live).toBe(version);
        await becomesWhole();
      });
      console.log(`The CRM on a full disk: ${reads} reads, ${wrong.length} failed`);
      expect(wrong).toEqual([]);
      expect(reads).toBeGreaterThan(100);
    },
  );

  test.skipIf(skipped !== null).each(['backend', 'worker', 'keeper', 'host', 'redis', 'mongodb'])(
    `and what is killed there comes back by itself, at the latest when there is room: %s${why}`,
    async (what) => {
      const { services, stores, pid, keeper } = await observed();
      const victim =
        what === 'host'
          ? pid
          : what === 'keeper'
            ? keeper
            : (services.find(({ name }) => name === what)?.pids[0] ??
              stores.find(({ name }) => name === what)?.pid);
      if (!victim) throw new Error(`${what} has no process`);
      disk.fill();
      await sleep(500);
      process.kill(victim, 'SIGKILL');
      await sleep(8_000);
      const meanwhile = await states();
      const roomAt = performance.now();
      await becomesWhole();
      const seconds = ((performance.now() - roomAt) / 1_000).toFixed(1);
      console.log(
        `${what}: on the full disk ${meanwhile.filter((each) => !each.endsWith('live')).join(', ') || 'all live'}; whole ${seconds} s after there was room`,
      );
      await expect.poll(async () => (await observed()).keeper, { timeout: 15_000 }).toBeTypeOf('number');
      // Nothing that was saved is lost.
      const { data } = (await (await api('GET', '/leads?q=maria&limit=100')).json()) as { data: unknown[] };
      expect(data).toHaveLength(20);
    },
  );
});
