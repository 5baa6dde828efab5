import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestProject } from '../../test/project.ts';

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

const live = () => project.place.live?.release.version ?? null;
const journalFolder = () => join(project.folder, '.conductor', 'test', 'journal');
const journals = async () => (await readdir(journalFolder())).sort();

/**
 * A deploy that was killed after `lines` lines of its journal: it is run to its end on the place, and then what comes after that line
 * is forgotten, on the place (if the cutover was not reached), in the journal and in the ledger.
 */
async function killedAfter(lines: number): Promise<{ first: string; second: string; total: number }> {
  const first = (await project.run('deploy --json')).json().version;
  const before = project.place.live;
  const ledgerFile = join(project.folder, '.conductor', 'test', 'ledger.jsonl');
  const ledgerBefore = (await readFile(ledgerFile, 'utf8')).trimEnd().split('\n').length;
  const second = (await project.run('deploy --json')).json().version;
  const file = join(journalFolder(), (await journals()).at(-1)!);
  const all = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const kept = all.slice(0, lines).map((line) => JSON.parse(line));
  await writeFile(file, `${all.slice(0, lines).join('\n')}\n`);
  const recorded = kept.some(({ type, step }) => type === 'done' && step === 'record');
  const cutOver = kept.some(({ type, step }) => type === 'done' && step === 'cutover');
  const ledger = (await readFile(ledgerFile, 'utf8')).trimEnd().split('\n');
  await writeFile(ledgerFile, `${ledger.slice(0, recorded ? -1 : ledgerBefore).join('\n')}\n`);
  if (!cutOver) project.place.live = before;
  return { first, second, total: all.length };
}

describe('a deploy that was killed', () => {
  // opened; record, start, gate, cutover, verify: begin and done each; closed
  const lastLine = 11;

  for (let lines = 1; lines <= lastLine; lines++) {
    it(`after line ${lines} of its journal is told, and ended by resume in a known state`, async () => {
      const { first, second, total } = await killedAfter(lines);
      expect(total).toBe(lastLine + 1);
      const refused = await project.run('deploy');
      expect(refused.code).toBe(7);
      expect(refused.stderr).toContain(`A deploy of ${second}`);
      expect((await project.run('status --json')).json().state).toBe('interrupted');

      const { code, json } = await project.run('resume --json');
      const { verdict } = json();
      expect([0, 4]).toContain(code);
      expect(live()).toBe(verdict === 'live' ? second : first);
      // Only one that had not been recorded yet has nothing to go on with.
      expect(verdict).toBe(lines <= 2 ? 'failed' : 'live');
      expect((await project.run('resume')).code).toBe(2);
      expect((await project.run('deploy')).code).toBe(0);
    });

    it(`after line ${lines} of its journal is rolled back by abort`, async () => {
      const { first, second } = await killedAfter(lines);
      const { code, json } = await project.run('abort --json');
      expect(code).toBe(0);
      expect(live()).toBe(first);
      expect(json()).toMatchObject({ version: second, verdict: expect.stringMatching(/failed|rolled back/) });
      expect((await project.run('status --json')).json().state).toBe('live');
      expect((await project.run('deploy')).code).toBe(0);
    });
  }

  it('during its cutover is found live, and stays when resumed', async () => {
    const { second } = await killedAfter(8);
    // The place had cut over, and the journal does not know it yet.
    project.place.live = {
      release: { ...project.place.live!.release, version: second },
      services: project.place.live!.services,
    };
    expect((await project.run('resume --json')).json().verdict).toBe('live');
    expect(live()).toBe(second);
  });

  for (const lines of [5, 7, 9, 11]) {
    it(`after line ${lines} of its journal, and stopped then, is rolled back by abort, and what start brings back is the release before`, async () => {
      const { first } = await killedAfter(lines);
      expect((await project.run('stop')).code).toBe(0);
      const { code, json, stderr } = await project.run('abort --json');
      expect(code, stderr).toBe(0);
      expect(json()).toMatchObject({ verdict: lines < 9 ? 'failed' : 'rolled back', previous: first });
      expect(stderr).toContain('stopped, as it was');
      expect(live()).toBeNull();
      expect((await project.run('status --json')).json().state).toBe('stopped');
      expect((await project.run('releases')).stdout).toMatch(new RegExp(`${first} +stopped`));
      expect((await project.run('start')).code).toBe(0);
      expect(live()).toBe(first);
    });
  }

  it.each(['abort', 'deploy --abort'])(
    'and stopped then is stopped again when its %s fails half-way',
    async (command) => {
      const { first, second } = await killedAfter(9);
      await project.run('stop');
      const { onStage } = project.place;
      project.place.onStage = () => {
        expect(live()).toBe(second);
        throw new Error('the place broke');
      };
      const { code, stderr } = await project.run(command);
      expect(code, stderr).not.toBe(0);
      expect(stderr).toContain('the place broke');
      expect(stderr).toContain('stopped, as it was');
      expect(live()).toBeNull();
      expect((await project.run('status --json')).json().state).toBe('interrupted');

      project.place.onStage = onStage;
      const again = await project.run('abort --json');
      expect(again.code, again.stderr).toBe(0);
      expect(again.json()).toMatchObject({ verdict: 'rolled back', previous: first });
      expect(live()).toBeNull();
      expect((await project.run('status --json')).json().state).toBe('stopped');
    },
  );

  it('and stopped then stays to be ended when it cannot be stopped again', async () => {
    const { first } = await killedAfter(9);
    await project.run('stop');
    project.place.neverDown = true;
    const { code, stderr } = await project.run('abort');
    expect(code).toBe(1);
    expect(stderr).toContain('could not be stopped again: It does not end.');
    expect(stderr).toContain('conductor stop test');
    expect((await project.run('status --json')).json().state).toBe('interrupted');

    project.place.neverDown = false;
    expect((await project.run('abort')).code).toBe(0);
    expect(live()).toBeNull();
    expect((await project.run('start')).code).toBe(0);
    expect(live()).toBe(first);
  });

  it('and stopped then serves when it is gone on with', async () => {
    const { second } = await killedAfter(9);
    await project.run('stop');
    expect((await project.run('resume --json')).json()).toMatchObject({ verdict: 'live' });
    expect(live()).toBe(second);
  });

  it('and does not come up after a restart of the machine is rolled back all the same', async () => {
    const { first } = await killedAfter(9);
    Object.assign(project.place, { resting: project.place.live, live: null, neverUp: true });
    const { code, json, stderr } = await project.run('abort --json');
    expect(code, stderr).toBe(0);
    expect(json()).toMatchObject({ verdict: 'rolled back' });
    expect(live()).toBe(first);
  });

  it('is told where the place cannot be asked, too, and what served is only the last known', async () => {
    const { first } = await killedAfter(5);
    project.place.unreachable = true;
    const { code, stdout } = await project.run('status');
    expect(code).toBe(7);
    expect(stdout).toContain(`test: interrupted, last known: ${first}`);
    expect(stdout).toContain('the place does not answer');
  });

  it('is rolled back first by a deploy --abort', async () => {
    const { first, second } = await killedAfter(8);
    const { code, stderr, json } = await project.run('deploy --abort --json');
    expect(stderr).toContain(`A deploy of ${second}`);
    expect(stderr).toContain(`${second} has ended: failed.`);
    expect(code).toBe(0);
    expect(json()).toMatchObject({ verdict: 'live', previous: first });
    expect(live()).toBe(json().version);
    expect((await project.run('releases')).stdout).toMatch(new RegExp(`${second} +failed`));
  });

  it('is gone on with first by a deploy --resume', async () => {
    const { second } = await killedAfter(8);
    const { code, stderr, json } = await project.run('deploy --resume --json');
    expect(stderr).toContain(`${second} has ended: live.`);
    expect(code).toBe(0);
    expect(json()).toMatchObject({ verdict: 'live', previous: second });
  });

  it('is ended first by a rollback, too', async () => {
    const { first, second } = await killedAfter(11);
    const { code } = await project.run(`rollback ${first} --resume`);
    expect(code).toBe(0);
    expect(live()).toBe(first);
    expect((await project.run('releases')).stdout).toMatch(new RegExp(`${second} +superseded`));
  });

  it('leaves a deploy as it is where none was killed, whichever end is asked for', async () => {
    for (const ending of ['--resume', '--abort'])
      expect((await project.run(`deploy ${ending}`)).code).toBe(0);
    const both = await project.run('deploy --resume --abort');
    expect(both.code).toBe(2);
    expect(both.stderr).toContain('exclude each other');
  });

  it('is not followed by another one when nobody can tell what became of it', async () => {
    await killedAfter(10);
    project.place.live = null;
    const { code, stderr } = await project.run('deploy --abort');
    expect(code).toBe(7);
    expect(stderr).toContain('so nothing new was started');
  });

  it('leaves a corrupted journal as it is', async () => {
    await killedAfter(5);
    const file = join(journalFolder(), (await journals()).at(-1)!);
    await writeFile(file, 'no journal\n');
    for (const command of ['deploy', 'resume', 'abort', 'status']) {
      expect((await project.run(command)).code, command).toBe(7);
    }
    expect(await readFile(file, 'utf8')).toBe('no journal\n');
  });
});
