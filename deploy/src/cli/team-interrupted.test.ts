import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestProject } from '../../test/project.ts';
import { TestTeam } from '../../test/team.ts';

let team: TestTeam;
let ana: TestProject;
let ci: TestProject;
beforeEach(async () => {
  team = await TestTeam.create();
  [ana, ci] = [await team.machine(), await team.machine()];
});
/** Lets the deploy that hangs go on, and waits for its end: it finds that its lock is lost. */
let wakeUp: () => Promise<unknown>;
afterEach(async () => {
  await wakeUp();
  await team.remove();
});

const live = () => team.place.live?.release.version;

/** A deploy of ana's that comes to a stage and goes no further, as if it were killed there: and her lock is ended. */
async function killedAt(stage: string): Promise<{ first: string; second: string }> {
  const first = (await ana.run('deploy --json')).json().version;
  const reached = Promise.withResolvers<void>();
  const hanging = Promise.withResolvers<void>();
  team.place.onStage = (at) => {
    if (at !== stage) return;
    team.place.onStage = () => {};
    reached.resolve();
    return hanging.promise;
  };
  const ended = ana.run('deploy');
  wakeUp = () => {
    hanging.resolve();
    return ended;
  };
  await reached.promise;
  const second = team.place.candidate?.release.version ?? '';
  expect((await ci.run('lock --release')).code).toBe(0);
  return { first, second };
}

describe('a deploy that was killed on another machine', () => {
  it.each(['start worker', 'cutover'])('at the stage "%s" is seen, refused and resumed', async (stage) => {
    const { first } = await killedAt(stage);
    const status = (await ci.run('status --json')).json();
    expect(status).toMatchObject({ state: 'interrupted', underWay: { interrupted: true } });
    const refused = await ci.run('deploy');
    expect(refused.code).toBe(7);
    expect(refused.stderr).toContain('conductor resume test, or conductor abort test');
    const { code, json, stderr } = await ci.run('resume --json');
    expect(code, stderr).toBe(0);
    expect(json()).toMatchObject({ verdict: 'live', previous: first });
    expect(live()).toBe(json().version);
    expect((await ci.run('deploy')).code).toBe(0);
  });

  it.each(['start worker', 'cutover'])('at the stage "%s" is rolled back by abort', async (stage) => {
    const { first } = await killedAt(stage);
    const { code, stderr } = await ci.run('abort');
    expect(code, stderr).toBe(0);
    expect(live()).toBe(first);
    expect((await ci.run('status --json')).json().state).toBe('live');
    expect((await ci.run('resume')).code).toBe(2);
  });

  it('is told with the step that it was in, also where that was a moment before', async () => {
    await killedAt('cutover');
    const { underWay } = JSON.parse((await ci.run('status --json')).stdout);
    expect(underWay).toMatchObject({ interrupted: true, step: { title: 'Cut over' } });
  });

  it('is known by the ledger alone where its journal was never shared', async () => {
    const { first } = await killedAt('start worker');
    await team.git('-C', team.remote, 'update-ref', '-d', 'refs/conductor/test/journal');
    const third = await team.machine();
    expect((await third.run('status --json')).json().state).toBe('interrupted');
    expect((await third.run('deploy')).code).toBe(7);
    expect((await third.run('abort')).code).toBe(0);
    expect(live()).toBe(first);
  });
});
