import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestProject } from '../../test/project.ts';

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

it('a release of which one service still runs the version before is not live, and is rolled back', async () => {
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

it('the verdict is what is seen at the end: a service that falls back while the new version is looked at is no live release', async () => {
  const first = (await project.run('deploy --json')).json();
  const { place } = project;
  const seen: string[] = [];
  place.onInspect = () => {
    const now = place.live!.release.version;
    // The second look after the cutover comes after the answers of the public address; the first one was good.
    if (now !== first.version && seen.at(-1) === now) place.behind.set('worker', first.version);
    seen.push(now);
  };
  const { code, stderr, json } = await project.run('deploy --json');
  expect(json()).toMatchObject({ verdict: 'rolled back', previous: first.version });
  expect(code).toBe(5);
  expect(stderr).toContain(`worker runs ${first.version} (live)`);
});

it('what is live after a failure is looked at anew, and never remembered from before it', async () => {
  const first = (await project.run('deploy --json')).json();
  await project.describe('crash');
  project.place.onStage = (stage) => {
    // Somebody takes what served away while the new release starts.
    if (stage === 'start worker') project.place.live = null;
  };
  const { code, json } = await project.run('deploy --json');
  expect(json()).toMatchObject({ verdict: 'unknown', previous: first.version });
  expect(code).toBe(7);
});

it('a release that failed is not said to be rolled back while the place does not know of one of its services', async () => {
  const first = (await project.run('deploy --json')).json();
  await project.describe('crash');
  project.place.doubtful = 'worker';
  const { code, stderr, json } = await project.run('deploy --json');
  expect(json()).toMatchObject({ verdict: 'unknown', previous: first.version });
  expect(stderr).toContain('worker could not be rolled back');
  expect(code).toBe(7);
});

it('a deploy that is interrupted while it starts starts nothing more, and is rolled back', async () => {
  const first = (await project.run('deploy --json')).json();
  const interrupt = new AbortController();
  project.place.onStage = async (stage) => {
    if (stage !== 'start web') return;
    interrupt.abort(new Error('interrupted'));
    // The place takes its time; who has interrupted does not wait for it to go on with the next one.
    await delay(1_000);
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
