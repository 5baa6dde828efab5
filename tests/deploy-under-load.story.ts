import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { underLoad } from './local/load.ts';
import { type Outcome, Project } from './local/project.ts';

const full = process.env.CONDUCTOR_STORIES === 'full';
const changes = full ? 20 : 4;

describe('deploys and rollbacks under load', () => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.sample();
    await project.change(['deploy']);
  });
  afterAll(() => project?.close());

  test(`${changes} in turn lose no request: fast ones, 2 s ones, 5 MB uploads, WebSockets`, async () => {
    const outcomes: Outcome[] = [];
    const seen = await underLoad(project.url, {}, async () => {
      for (let turn = 0; turn < changes; turn++) {
        if (turn % 2 === 0) {
          project.write('change.txt', String(turn));
          project.commit();
          outcomes.push(await project.change(['deploy']));
        } else outcomes.push(await project.change(['rollback', '--yes']));
      }
    });
    const slowest = (of: number) =>
      Math.max(...outcomes.filter((_, turn) => turn % 2 === of).map(({ seconds }) => seconds)).toFixed(1);
    console.log(
      `${changes} deploys and rollbacks: ${JSON.stringify(seen)}; slowest deploy ${slowest(0)} s, rollback ${slowest(1)} s`,
    );
    expect(seen.failures).toEqual([]);
    expect(seen.failed).toBe(0);
    expect(seen.longestGapMs).toBeLessThan(250);
    expect(seen.counts.sockets).toBeGreaterThan(10);
    for (const { verdict, probe } of outcomes) {
      expect(verdict).toBe('live');
      expect(probe).toMatchObject({ failed: 0 });
    }
  });
});
