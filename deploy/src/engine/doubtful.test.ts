import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestProject } from '../../test/project.ts';

/** A deploy whose release serves, and of which nobody could tell whether it is live. */
let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

const live = () => project.place.live?.release.version ?? null;

/** The first release of all, which names no version, and nobody has a word for it. */
async function inDoubt(): Promise<string> {
  await project.describe('nameless');
  const { code, stderr, json } = await project.run('deploy --json');
  expect(code, stderr).toBe(7);
  expect(stderr).toContain('answers without X-Release');
  expect(stderr).toContain('Next: conductor resume test');
  expect(stderr).toContain('conductor abort test');
  return json().version;
}

describe('a first release that serves and was not seen', () => {
  it('is told by status, with what ends the doubt', async () => {
    const version = await inDoubt();
    const { stdout } = await project.run('status');
    expect(stdout).toContain(`${version} unknown`);
    expect(stdout).toContain('Look again: conductor resume test');
    expect(stdout).toContain('conductor abort test');
  });

  it('is looked at again by resume, and is live once it is seen', async () => {
    const version = await inDoubt();
    const still = await project.run('resume --json');
    expect(still.code).toBe(7);
    expect(still.json()).toMatchObject({ verdict: 'unknown', version });

    // What was in the way has gone.
    project.place.word = 'The place';
    const { code, stderr, json } = await project.run('resume --json');
    expect(code, stderr).toBe(0);
    expect(json()).toMatchObject({
      verdict: 'live',
      version,
      proofs: [{ service: 'web', by: 'deployment', place: 'The place', deployment: 'web-1' }],
    });
    expect(stderr).toContain('Proof: confirmed by The place for deployment web-1, and by its health check');
    expect((await project.run('resume')).code).toBe(2);
    expect((await project.run('status')).stdout).not.toContain('Look again');
  });

  it('is rolled back by abort: nothing was live before it, and nothing is', async () => {
    const version = await inDoubt();
    const { code, stderr, json } = await project.run('abort --json');
    expect(code, stderr).toBe(0);
    expect(json()).toMatchObject({ verdict: 'failed', version });
    expect(stderr).toContain('answers without X-Release');
    expect(live()).toBeNull();
    expect((await project.run('status --json')).json().state).toBe('never deployed');
    expect((await project.run('abort')).code).toBe(2);
  });

  it('stays where abort finds it good', async () => {
    const version = await inDoubt();
    project.place.word = 'The place';
    expect((await project.run('abort --json')).json()).toMatchObject({ verdict: 'live', version });
    expect(live()).toBe(version);
  });

  it('is followed by another deploy without more ado', async () => {
    await inDoubt();
    await project.describe('good');
    const { code, json } = await project.run('deploy --json');
    expect(code).toBe(0);
    expect(json().verdict).toBe('live');
    expect((await project.run('resume')).code).toBe(2);
  });
});

it('what runs another release than the place says is not live, whatever names no version', async () => {
  project.place.word = 'The place';
  const first = (await project.run('deploy --json')).json();
  await project.describe('nameless');
  project.place.behind.set('web', first.version);
  const { code, stderr } = await project.run('deploy --json');
  expect(code).toBe(5);
  expect(stderr).toContain(`web runs ${first.version} (live)`);
});

it('a release that failed, and of which a service could not be rolled back, is rolled back by resume, too', async () => {
  const first = (await project.run('deploy --json')).json();
  await project.describe('crash');
  project.place.doubtful = 'worker';
  expect((await project.run('deploy')).code).toBe(7);
  project.place.doubtful = null;
  const starts = new Map(project.place.starts);
  const { code, json } = await project.run('resume --json');
  expect(json()).toMatchObject({ verdict: 'failed', previous: first.version });
  expect(code).toBe(4);
  expect(live()).toBe(first.version);
  expect(project.place.starts).toEqual(starts);
});
