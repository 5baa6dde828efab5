import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Project } from './local/project.ts';

const full = process.env.CONDUCTOR_STORIES === 'full';
const strike = join(import.meta.dirname, 'local/strike.ts');
/** Of a deploy: the release is not begun with yet, stands beside, is cut over to, serves, is seen to serve. */
const moments = [
  'after journal:begin:start',
  'after journal:done:start',
  'after journal:begin:cutover',
  'after journal:done:cutover',
  'before ledger:ended',
];
const chosen = full ? moments : ['after journal:done:cutover'];

describe('a machine that is restarted in the middle of a deploy', () => {
  let project: Project;
  let changes = 0;
  beforeAll(async () => {
    project = await Project.sample();
    await project.change(['deploy']);
  });
  afterAll(() => project?.close());

  const served = async () =>
    (await fetch(project.url, { headers: { connection: 'close' } })).headers.get('x-release');

  /** Kills the command, and then all that runs, at once. What was live, and what was to be. */
  async function restartIn(moment: string) {
    const before = await served();
    project.write('change.txt', String(changes++));
    project.commit();
    const said = await project.run(['deploy'], { preload: strike, env: { STRIKE: `SIGKILL ${moment}` } });
    expect(said.code, said.stderr).toBeNull();
    await project.cutPower();
    const status = await project.status();
    expect(status).toMatchObject({
      state: 'interrupted',
      underWay: { interrupted: true },
      next: 'conductor start local',
    });
    return { before, version: status.underWay?.what.split(' ').at(-1) };
  }

  /** Known and true: what is said to be live answers, whole, and the next deploy needs nobody's help. */
  async function expectSettled(version: string | null | undefined, verdict: string) {
    expect(await served()).toBe(version);
    const { state, release, underWay, lastDeploy, services } = await project.status();
    expect({ state, live: release?.version, underWay, verdict: lastDeploy?.verdict }).toEqual({
      state: 'live',
      live: version,
      underWay: null,
      verdict,
    });
    expect(services.map((each) => each.state)).toEqual(services.map(() => 'live'));
    expect(await project.change(['deploy'])).toMatchObject({ verdict: 'live', previous: version });
  }

  describe.each(chosen)('%s', (moment) => {
    test('has the release before again after abort', async () => {
      const { before } = await restartIn(moment);
      const { code, stdout, stderr } = await project.run(['abort', '--json']);
      const { verdict } = JSON.parse(stdout) as { verdict: string };
      expect([code, verdict], stderr).toEqual([0, expect.stringMatching(/^(failed|rolled back)$/)]);
      await expectSettled(before, verdict);
    });

    test('has it after start and abort', async () => {
      const { before } = await restartIn(moment);
      const started = await project.run(['start']);
      expect([started.code, started.stderr], started.stderr).toEqual([
        0,
        expect.stringContaining('serves again'),
      ]);
      expect(started.stderr).toContain('conductor resume local, or conductor abort local');
      const { code, stdout } = await project.run(['abort', '--json']);
      expect(code).toBe(0);
      await expectSettled(before, (JSON.parse(stdout) as { verdict: string }).verdict);
    });

    test('has the new one after resume', async () => {
      const { version } = await restartIn(moment);
      const { code, stderr } = await project.run(['resume']);
      expect(code, stderr).toBe(0);
      await expectSettled(version, 'live');
    });
  });
});
