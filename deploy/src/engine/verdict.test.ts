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
