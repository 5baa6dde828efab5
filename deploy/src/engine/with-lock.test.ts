import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestProject } from '../../test/project.ts';
import { loadCommand } from '../cli/commands.ts';
import { parse } from '../cli/parse.ts';
import { fileLedger } from '../ledger/file-ledger.ts';
import { Journals } from '../ledger/journals.ts';
import { isHeld } from '../ledger/ledger.ts';
import type { HeldLock } from '../ledger/lock.ts';

const ben = { user: 'ben', host: 'elsewhere' };
let project: TestProject;
let held: HeldLock[];
beforeEach(async () => {
  project = await TestProject.create();
  held = [];
});
afterEach(async () => {
  await Promise.all(held.map((lock) => lock.release()));
  await project.remove();
});

const ledger = () => fileLedger(join(project.folder, '.conductor', 'test'), 'test');
/** Someone else takes the lock, as they may after its holder gave no sign of life for its patience. */
async function takeOver(): Promise<HeldLock> {
  await ledger().breakLock(ben);
  const lock = await ledger().acquire({ by: ben, reason: 'theirs' });
  if (!isHeld(lock)) throw new Error('it is held');
  held.push(lock);
  return lock;
}
const live = () => project.place.live?.release.version;
const takers = ['deploy', 'rollback', 'stop', 'resume', 'abort'];

describe('a deploy whose lock was taken over', () => {
  it('while it stood before its cutover does not cut over', async () => {
    const first = (await project.run('deploy --json')).json().version;
    const stages: string[] = [];
    project.place.onStage = async (stage) => {
      stages.push(stage);
      if (stage === 'start worker') await takeOver();
    };
    const { code, stderr } = await project.run('deploy');
    expect(code).toBe(6);
    expect(stderr).toContain('The lock of test was taken over by ben@elsewhere');
    expect(stages).toContain('start worker');
    expect(stages).not.toContain('cutover');
    expect(live()).toBe(first);
    expect((await ledger().history()).deploys.at(-1)).not.toHaveProperty('end');
  });

  it('at the last moment, when the cutover was written down already, does not cut over', async () => {
    const first = (await project.run('deploy --json')).json().version;
    const writtenDown: string[] = [];
    const { of } = Journals.prototype;
    const journals = vi.spyOn(Journals.prototype, 'of').mockImplementation(function (
      this: Journals,
      ...words
    ) {
      const journal = of.apply(this, words);
      const { begin } = journal;
      const begun: typeof begin = async (step, known) => {
        await begin(step, known);
        writtenDown.push(step);
        if (step === 'cutover') await takeOver();
      };
      return Object.assign(journal, { begin: begun });
    });
    try {
      expect((await project.run('deploy')).code).toBe(6);
    } finally {
      journals.mockRestore();
    }
    expect(writtenDown.at(-1)).toBe('cutover');
    expect(live()).toBe(first);
  });

  it('after its cutover brings nothing back: what becomes of it is decided by whoever has the lock', async () => {
    const first = (await project.run('deploy --json')).json().version;
    project.place.behind.set('worker', first);
    project.place.onStage = async (stage) => {
      if (stage === 'cutover') await takeOver();
    };
    const { code, stderr } = await project.run('deploy');
    expect(code).toBe(6);
    expect(stderr).toContain('The lock of test was taken over by ben@elsewhere');
    expect(stderr).not.toContain(`Bring ${first} back`);
    expect(live()).not.toBe(first);
  });

  it('while it brings the release before back does not cut over to that either', async () => {
    const first = (await project.run('deploy --json')).json().version;
    project.place.behind.set('worker', first);
    const cutovers: string[] = [];
    const starts: string[] = [];
    project.place.onStage = async (stage) => {
      if (stage === 'cutover') cutovers.push(stage);
      if (stage === 'start worker' && starts.push(stage) === 2) await takeOver();
    };
    const { code, stderr } = await project.run('deploy');
    expect(stderr).toContain(`Bring ${first} back`);
    expect(code).toBe(6);
    expect(cutovers).toHaveLength(1);
    expect(live()).not.toBe(first);
  });
});

describe('a command that needs the lock', () => {
  it.each(takers)('%s is refused while someone else has it, with a hint that can be typed', async (name) => {
    await project.run('deploy');
    await takeOver();
    const command = name === 'rollback' ? 'rollback --yes -e test' : `${name} test`;
    // There must be something to roll back to before the lock is asked for.
    if (name === 'rollback') project.place.live = null;
    const { code, stderr } = await project.run(command);
    expect(stderr).toContain(`test is being changed by ben@elsewhere (process ${process.pid})`);
    expect(code).toBe(6);
    expect(stderr).toContain('with --wait 10m');
    expect(stderr).toContain('conductor lock test');
    const known = (await loadCommand(name))!;
    expect(parse(known, ['--wait', '10m']).options).toMatchObject({ wait: 600 });
    expect((await project.run('lock test')).stdout).toContain('test is being changed by ben@elsewhere');
  });

  it('waits for it when asked to, says so, and goes on', async () => {
    const lock = await takeOver();
    const said = project.run('stop test --wait 1m');
    setTimeout(() => lock.release(), 300);
    const { code, stderr } = await said;
    expect(stderr).toContain('test is locked by ben@elsewhere');
    expect(stderr).toMatch(/Waiting for it until \d\d:\d\d:\d\d UTC\./);
    expect(code).toBe(0);
  });

  it('stops waiting when it is interrupted', async () => {
    await takeOver();
    const interrupt = AbortSignal.timeout(300);
    const { code, stderr } = await project.run('stop test --wait 1m', { interrupt });
    expect(code).toBe(130);
    expect(stderr).toContain('Interrupted before test could be locked; nothing was changed.');
  });
});

it('ends a lock by hand, and says whose it was', async () => {
  const lock = await takeOver();
  expect((await project.run('lock test --release')).stderr).toContain('The lock of ben@elsewhere');
  expect((await project.run('lock test')).stdout).toContain('Nobody is changing test.');
  await expect(lock.assertHeld()).rejects.toMatchObject({ code: 'lock.lost' });
});
