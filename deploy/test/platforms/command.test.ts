import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { names, Project, places, variables } from './command-project.ts';
import { openRailway } from './railway-bench.ts';
import { RailwayTwin } from './railway-twin.ts';
import { promised } from './requests.ts';

const exec = promisify(execFile);
const main = path.resolve(import.meta.dirname, '../../src/main.ts');

describe('The command line', () => {
  beforeAll(() => void Object.assign(process.env, variables));
  afterAll(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });

  // About ten seconds each, so the short run goes through one of them: the recommended one.
  const chosen = Object.entries(places).filter(
    ([name]) => name === 'Railway' || process.env.CONDUCTOR_STORIES === 'full',
  );
  it.each(chosen)(
    'goes on %s from an empty account to live, through a change, a broken release and a rollback',
    { timeout: 120_000 },
    async (name, place) => {
      const platform = await place.open();
      const folder = await mkdtemp(path.join(tmpdir(), 'conductor-command-'));
      const project = new Project(folder, place, platform);
      const serving = () => names.map((name) => platform.twin.serving(name));
      try {
        await project.describe('info', 'a');
        // As a user would: a process, which knows the platform by its address and the token in its environment.
        const before = platform.twin.requests.length;
        const { stdout } = await exec(process.execPath, [main, 'plan', '--json'], {
          cwd: folder,
        });
        expect(platform.twin.requests.length - before).toBeGreaterThan(0);
        expect(platform.twin.requests.length - before).toBeLessThanOrEqual(12);
        const empty = JSON.parse(stdout);
        expect(empty).toMatchObject({ live: null, drift: [], destructive: false });
        expect(empty.differences.filter(({ what }: { what: string }) => what === 'service')).toHaveLength(4);

        const beforeFirst = platform.twin.requests.length;
        const first = await project.run('deploy --json');
        const usedFirst = platform.twin.requests.length - beforeFirst;
        console.info(`${name}: first deploy takes ${usedFirst} requests`);
        expect(first.code, first.stderr).toBe(0);
        const { version } = first.json();
        expect(serving()).toEqual(names.map(() => version));
        if (platform.twin instanceof RailwayTwin) expect(platform.twin.hasTransactions('MongoDB')).toBe(true);
        expect((await project.run('plan --json')).json()).toMatchObject({
          live: version,
          differences: [],
          drift: [],
        });

        await project.describe('debug', 'b');
        const again = platform.twin.requests.length;
        const changed = (await project.run('plan --json')).json().differences;
        const used = platform.twin.requests.length - again;
        console.info(`${name}: plan takes ${used} requests`);
        expect(changed.map((each: { what: string; name: string }) => `${each.what} ${each.name}`)).toEqual([
          'release release',
          ...names.map(() => 'variable LOG_LEVEL'),
        ]);
        expect(changed.at(-1)).toMatchObject({ from: 'info', to: 'debug' });
        const beforeSecond = platform.twin.requests.length;
        const second = await project.run('deploy --json');
        const usedSecond = platform.twin.requests.length - beforeSecond;
        console.info(`${name}: deploy takes ${usedSecond} requests`);
        const { plan, first: most, change } = promised[name]!;
        expect(used).toBeGreaterThan(0);
        expect(used).toBeLessThanOrEqual(plan);
        expect(usedFirst).toBeLessThanOrEqual(most);
        expect(usedSecond).toBeLessThanOrEqual(change);
        expect(second.code, second.stderr).toBe(0);
        expect(serving()).toEqual(names.map(() => second.json().version));

        await project.describe('broken', 'c');
        platform.twin.behave = (service, { LOG_LEVEL }) =>
          service === 'worker' && LOG_LEVEL === 'broken' ? 'health-fails' : 'good';
        const beforeBroken = platform.twin.requests.length;
        const broken = await project.run('deploy --json');
        console.info(`${name}: failed deploy takes ${platform.twin.requests.length - beforeBroken} requests`);
        expect(broken.code, broken.stderr).toBe(4);
        expect(broken.json()).toMatchObject({ verdict: 'failed', previous: second.json().version });
        expect(serving()).toEqual(names.map(() => second.json().version));

        // What failed has left nothing that a redeploy by hand would start with.
        expect((await project.run('plan --json')).json()).toMatchObject({
          live: second.json().version,
          drift: [],
        });

        const back = await project.run('rollback --json');
        expect(back.code, back.stderr).toBe(0);
        expect(serving()).toEqual(names.map(() => version));

        platform.drift('worker', 'LOG_LEVEL', 'trace');
        const { drift } = (await project.run('plan --json')).json();
        expect(drift).toEqual([
          expect.objectContaining({
            what: 'variable',
            action: 'change',
            name: 'LOG_LEVEL',
            service: 'worker',
            from: 'info',
            to: 'trace',
          }),
        ]);
        expect(platform.twin.violations).toEqual([]);
      } finally {
        await platform.close();
        await rm(folder, { recursive: true, force: true });
      }
    },
  );

  it('stops before anything is changed where the MongoDB that is there has no transactions', async () => {
    const place = places.Railway!;
    const platform = await openRailway();
    const folder = await mkdtemp(path.join(tmpdir(), 'conductor-command-'));
    const project = new Project(folder, place, platform);
    try {
      platform.twin.addTemplateMongo();
      await platform.twin.clock.sleep(600_000);
      expect(platform.twin.hasTransactions('MongoDB')).toBe(false);
      await project.describe('info', 'a');
      const before = platform.inventory();
      const refused = await project.run('deploy --json');
      expect(refused.code, refused.stderr).toBe(3);
      expect(refused.stderr).toContain('conductor deploy production --adopt crm --adopt mongodb');
      const { code, stderr } = await project.run('deploy --json --adopt crm --adopt mongodb');
      expect(code, stderr).toBe(3);
      expect(stderr).toContain('The mongodb that is there (mongo:7) has no transactions.');
      expect(stderr).toMatch(
        /Give environments\.production\.stores\.mongodb .* or rename it on the platform.*docs\/guides\/stores\.md/,
      );
      expect(platform.inventory()).toEqual(before);
      expect(platform.twin.service('MongoDB').deployments).toHaveLength(1);

      // The way out: renamed, it stays as it is, and the deploy makes one that can.
      Object.assign(platform.twin.service('MongoDB'), { name: 'MongoDB-old' });
      const again = await project.run('deploy --json --adopt crm');
      expect(again.code, again.stderr).toBe(0);
      expect(platform.twin.hasTransactions('MongoDB')).toBe(true);
      expect(platform.twin.service('MongoDB-old').deployments).toHaveLength(1);
      expect(platform.twin.service('backend').config.variables?.MONGO_URL?.value).toBe(
        `$${'{{MongoDB.MONGO_URL}}'}`,
      );
      expect(platform.twin.violations).toEqual([]);
    } finally {
      await platform.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
