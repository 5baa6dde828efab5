import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CommandResult, TestProject } from '../../test/project.ts';
import { TestTeam } from '../../test/team.ts';
import { commandsIn } from '../../test/written-commands.ts';
import { fileLedger } from '../ledger/file-ledger.ts';
import { isHeld } from '../ledger/ledger.ts';

let project: TestProject;
beforeEach(async () => {
  vi.stubEnv('CONDUCTOR_AGE_KEY', undefined);
  project = await TestProject.create();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await project.remove();
});

/** The commands that a refusal tells to type; beside the last of them, which explains its error. */
const told = ({ stderr }: CommandResult): string[] =>
  commandsIn(stderr).filter((line) => !line.startsWith('help '));

/** Someone else takes the lock. */
async function lockedBySomeone() {
  const ledger = fileLedger(join(project.folder, '.conductor', 'test'), 'test');
  const by = { user: 'ben', host: 'elsewhere' };
  await ledger.breakLock(by);
  const lock = await ledger.acquire({ by, reason: 'theirs' });
  return isHeld(lock) ? lock : expect.fail('the lock is held');
}

describe('what a refusal tells to type', () => {
  it('gives a missing secret its value, after making the key that this needs', async () => {
    await project.describe('good', { TOKEN: { kind: 'secret', name: 'TOKEN' } });
    const missing = await project.run('deploy');
    expect(missing.code).toBe(3);
    const [set] = told(missing);
    expect(set).toBe('secrets set test TOKEN');
    const value = () => Readable.from(['the-value-of-it']);
    const keyless = await project.run(set!, { input: value() });
    expect(keyless.code).toBe(3);
    const [init] = told(keyless);
    expect((await project.run(init!)).code).toBe(0);
    expect((await project.run(set!, { input: value() })).code).toBe(0);
    expect((await project.run('deploy')).code).toBe(0);
  });

  it('shows who has the lock', async () => {
    await project.run('deploy');
    const lock = await lockedBySomeone();
    const held = await project.run('deploy');
    expect(held.code).toBe(6);
    expect(told(held)).toEqual(['lock test']);
    const more = commandsIn(held.stderr).at(-1)!;
    expect(more).toBe('help lock.held');
    expect((await project.run(more)).stdout).toContain('Somebody is changing this environment');
    expect((await project.run('lock test')).stdout).toContain('ben@elsewhere');
    await lock.release();
  });

  it.each([
    // A deploy that had failed already is not gone on with: it is rolled back.
    ['resume', 0, 4],
    ['abort', 1, 0],
  ])('ends what was interrupted, by %s', async (_, which, code) => {
    await project.run('deploy');
    const locks: Awaited<ReturnType<typeof lockedBySomeone>>[] = [];
    project.place.onStage = async (stage) => {
      if (stage === 'start worker') locks.push(await lockedBySomeone());
    };
    expect((await project.run('deploy')).code).toBe(6);
    project.place.onStage = () => {};
    for (const lock of locks) await lock.release();
    const refused = await project.run('deploy');
    expect(refused.code).toBe(7);
    expect(told(refused)).toEqual(['resume test', 'abort test']);
    expect(commandsIn((await project.run('status test')).stdout)).toEqual(told(refused));
    const ended = await project.run(told(refused)[which]!);
    expect(ended.code, ended.stderr).toBe(code);
    expect((await project.run('status test --json')).json().state).toBe('live');
  });

  it('starts what was stopped', async () => {
    await project.run('deploy');
    const stopped = await project.run('stop');
    expect(told(stopped)).toEqual(['start test']);
    expect(commandsIn((await project.run('status test')).stdout)).toEqual(['start test']);
    expect((await project.run(told(stopped)[0]!)).code).toBe(0);
    expect(commandsIn((await project.run('status test')).stdout)).toEqual([]);
  });

  it('shows how it is where nothing was interrupted', async () => {
    const nothing = await project.run('resume other');
    expect(told(nothing)).toEqual(['status other']);
    expect((await project.run(told(nothing)[0]!)).stdout).toContain('other: never deployed');
  });

  it('shows the releases where there is none to go back to', async () => {
    await project.run('deploy other');
    const nowhere = await project.run('rollback other');
    expect(told(nowhere)).toEqual(['releases other']);
    expect((await project.run(told(nowhere)[0]!)).stdout).toContain('live');
  });

  it('shows the lines of what failed', async () => {
    await project.describe('crash');
    const failed = await project.run('deploy test');
    expect(told(failed)).toEqual(['logs test web --lines 200']);
    expect((await project.run(told(failed)[0]!)).code).toBe(0);
  });

  it('ends a rotation, makes a secret that is not made yet, and shows what there is', async () => {
    const early = await project.run('secrets rotate test KEY');
    expect(told(early)).toEqual(['plan test']);
    expect((await project.run(told(early)[0]!)).code).toBe(0);
    await project.run('secrets rotate test KEY --overlap');
    const open = await project.run('secrets rotate test KEY --overlap');
    expect(told(open)).toEqual(['secrets rotate test KEY --finish']);
    expect((await project.run(told(open)[0]!)).code).toBe(0);
    const unknown = await project.run('secrets unset test NOTHING');
    expect(told(unknown)).toEqual(['secrets list test']);
    expect((await project.run(told(unknown)[0]!)).stdout).toContain('KEY');
    const kept = await project.run('secrets unset test KEY');
    expect((await project.run(told(kept)[0]!)).code).toBe(0);
  });

  it('writes a file that is out of date', async () => {
    const stale = await project.run('export test compose --check');
    expect(told(stale)).toEqual(['export test compose']);
    expect((await project.run(told(stale)[0]!)).code).toBe(0);
    expect((await project.run('export test compose --check')).code).toBe(0);
  });

  it('explains a command that was not understood', async () => {
    for (const line of ['deploy --probe', 'rollback test 7', 'secrets set']) {
      const [help] = told(await project.run(line));
      expect((await project.run(help!)).stdout, line).toContain('Usage: conductor');
    }
  });

  it('is a command that is understood, in every finding of a check', async () => {
    await project.describe(
      'good',
      { SECRET_KEY: 'short', TOKEN: { kind: 'secret', name: 'TOKEN' } },
      "checks: {}, stores: { db: { url: 'mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=100' } }, backups: { store: 'file:backups' }",
    );
    const findings = await project.run('check test --all');
    expect(findings.code).toBe(3);
    const all = told(findings);
    expect(all).toEqual(
      expect.arrayContaining(['secrets set test TOKEN', 'secrets rotate test NAME', 'backup create test']),
    );
    for (const line of all) {
      const { stdout } = await project.run(`${line} --json`, { input: Readable.from(['a-value-of-it']) });
      const { error } = JSON.parse(stdout.trimEnd().split('\n').at(-1)!);
      expect(error?.code ?? 'none', line).not.toMatch(/^cli\.|\.unknown-(?!name)/);
    }
  });
});

describe('what a machine of a team without a key is told', () => {
  it('lets it in', async () => {
    const team = await TestTeam.create();
    try {
      const [ana, stranger] = [await team.machine(), await team.machine({ key: null })];
      await ana.run('deploy');
      const refused = await stranger.run('deploy');
      expect(refused.code).toBe(3);
      const [init] = told(refused);
      const made = await stranger.run(init!);
      expect(made.code, made.stderr).toBe(0);
      const [add] = told(made);
      expect((await ana.run(add!)).code).toBe(0);
      const recipients = join('secrets', 'recipients');
      await cp(join(ana.folder, recipients), join(stranger.folder, recipients));
      expect(await readFile(join(stranger.folder, recipients), 'utf8')).toContain(add!.split(' ')[3]);
      const { code, stderr } = await stranger.run('deploy');
      expect(code, stderr).toBe(0);
    } finally {
      await team.remove();
    }
  }, 60_000);
});
