import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestProject } from '../../test/project.ts';

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

it('lets the release before end when the new one is known to be good, and not when it failed', async () => {
  await project.describe('good');
  const first = (await project.run('deploy --json')).json().version;
  expect(project.place.retired).toEqual([first]);
  await project.describe('unhealthy');
  expect((await project.run('deploy')).code).toBe(4);
  expect(project.place.retired).toEqual([first]);
  await project.describe('good');
  const second = (await project.run('deploy --json')).json().version;
  expect(project.place.retired).toEqual([first, second]);
});

it('says that the release before still runs, and that the new one is live all the same', async () => {
  await project.describe('good');
  project.place.lingers = 'the engine does not answer';
  const { code, stderr, json } = await project.run('deploy --json');
  expect(code).toBe(0);
  expect(json()).toMatchObject({
    verdict: 'live',
    warnings: ['The release before is still running: the engine does not answer'],
  });
  expect(stderr).toContain('! The release before is still running');
});
