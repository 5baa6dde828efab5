import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findRedis } from '../deploy/src/targets/local/store-programs.ts';
import { askRedis } from '../deploy/src/targets/local/testing/ask-redis.ts';
import { underLoad } from './local/load.ts';
import { Project, type Said } from './local/project.ts';
import { type DiskKind, SmallDisk } from './setup/small-disk.ts';

const full = process.env.CONDUCTOR_STORIES === 'full';
const kinds: readonly DiskKind[] = full ? ['tmpfs', 'ext4'] : ['ext4'];
/** Of a deploy, from its beginning to a little after its end. */
const deployMoments = full ? 7 : 2;
const lives = full ? (['nothing', 'web', 'keeper'] as const) : (['web', 'keeper'] as const);

describe.each(kinds)('a %s that is filled to the last byte', (kind) => {
  const missing = SmallDisk.missing(kind) ?? (findRedis() === null ? 'there is no Redis' : null);
  const why = missing === null ? '' : ` (${missing})`;
  let disk: SmallDisk;
  let project: Project;
  let took: number;

  beforeAll(async () => {
    if (missing !== null) return;
    disk = SmallDisk.make(kind, 700);
    project = await Project.sample('sample', disk.path);
    await project.change(['deploy']);
    project.write('change.txt', 'first');
    project.commit();
    ({ took } = await project.change(['deploy']));
  });
  afterAll(async () => {
    if (missing !== null) return;
    disk.makeRoom();
    await project.close();
    disk.remove();
  });

  const served = async () => {
    const answer = await fetch(project.url, { headers: { connection: 'close' } });
    expect(answer.status).toBe(200);
    await answer.text();
    return answer.headers.get('x-release');
  };
  const observed = async () => {
    const host = await project.host.observe();
    if (host === null) throw new Error('No host runs.');
    return host;
  };
  const writes = () => askRedis(project.storeUrl('redis'), `SET moment ${Date.now()}`);

  /** Whole again, by itself: all is live, and a write works. A deploy that could not be written down waits for its end meanwhile. */
  async function becomesWhole(states = /^live$/) {
    disk.makeRoom();
    await expect.poll(writes, { timeout: 15_000 }).toContain('+OK\r\n+OK');
    await expect.poll(async () => (await project.status()).state, { timeout: 30_000 }).toMatch(states);
    const { services, stores } = await observed();
    expect([...services, ...stores].map(({ state }) => state)).toEqual(['live', 'live', 'live']);
  }

  /** What was said at the end is what answers. */
  async function expectTrue({ code, stdout, stderr }: Said, before: string | null) {
    const now = await served();
    const said = `exit ${code}, ${now === before ? 'the old' : 'the new'} release answers:\n${stdout}\n${stderr}`;
    if (code === 0)
      expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''), said).toMatchObject({ version: now });
    else if (code === 7) expect(stderr, said).toContain(`${now} serves now`);
    else expect([[3, 4, 5].includes(code ?? -1), now], said).toEqual([true, before]);
    if (code !== 3) expect(stderr, said).not.toContain('nothing was changed');
    return `${code}${now === before ? '' : ', new'}`;
  }

  const moments = Array.from({ length: deployMoments }, (_, n) => (n + 0.5) / (deployMoments - 0.5));
  test.skipIf(missing !== null)(
    `at ${deployMoments} moments of a deploy: no read fails, the verdict is true, and all is whole when there is room${why}`,
    async () => {
      const ends: string[] = [];
      for (const moment of moments) {
        const before = await served();
        project.write('change.txt', String(moment));
        project.commit();
        const seen = await underLoad(project.url, { rate: 50, kinds: [] }, async () => {
          const running = project.run(['deploy', '--json', '--port', String(project.port)]);
          await sleep(moment * took * 1_000);
          disk.fill();
          const said = await running;
          await sleep(1_000);
          ends.push(`${moment.toFixed(2)}: ${await expectTrue(said, before)}`);
          await becomesWhole(/^(live|interrupted)$/);
        });
        expect(seen.failures).toEqual([]);
        const { underWay } = await project.status();
        await project.change(['deploy', ...(underWay?.interrupted ? ['--abort'] : [])]);
      }
      console.log(`On a full ${kind}, a deploy of ${took.toFixed(1)} s ended with: ${ends.join(' · ')}`);
    },
  );

  test.skipIf(missing !== null).each(lives)(
    `while nothing is deployed, and %s is killed${why}`,
    async (what) => {
      const before = await served();
      const { pid, keeper, services } = await observed();
      const seen = await underLoad(project.url, { rate: 50, kinds: [] }, async () => {
        disk.fill();
        await sleep(500);
        const web = services.find(({ name }) => name === 'web')?.pids[0];
        const victim = { nothing: undefined, web, keeper }[what];
        if (what !== 'nothing' && !victim) throw new Error(`${what} has no process`);
        if (victim) process.kill(victim, 'SIGKILL');
        await sleep(3_000);
        expect((await observed()).live).toBe(before);
        await becomesWhole();
      });
      expect(seen.failures).toEqual([]);
      expect(await served()).toBe(before);
      const after = await observed();
      expect(after.pid).toBe(pid);
      await expect.poll(async () => (await observed()).keeper, { timeout: 10_000 }).toBeTypeOf('number');
    },
  );
});
