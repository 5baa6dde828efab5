import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestProject } from '../../test/project.ts';

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

it('a release of which one service still runs the version before is not live, and is taken back', async () => {
  const first = (await project.run('deploy --json')).json();
  project.place.behind.set('worker', first.version);
  const { code, stderr, json } = await project.run('deploy --json');
  expect(json()).toMatchObject({ verdict: 'rolled back', previous: first.version });
  expect(code).toBe(5);
  expect(stderr).toContain(`worker runs ${first.version} (live)`);
  expect((await project.run('status --json')).json()).toMatchObject({
    state: 'live',
    release: { version: first.version },
  });
});

it('a deploy that is interrupted while it starts starts nothing more, and is taken back', async () => {
  const first = (await project.run('deploy --json')).json();
  const interrupt = new AbortController();
  project.place.onStage = async (stage) => {
    if (stage !== 'start web') return;
    interrupt.abort(new Error('interrupted'));
    // The place takes its time; who has interrupted does not wait for it to go on with the next one.
    await delay(100);
  };
  const { code, json } = await project.run('deploy --json', { interrupt: interrupt.signal });
  expect(code).toBe(130);
  const { verdict, version } = json();
  expect(verdict).toBe('failed');
  expect([...project.place.starts.keys()].filter((start) => start.endsWith(version))).toEqual([
    `web ${version}`,
  ]);
  expect(project.place.live?.release.version).toBe(first.version);
});
