import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommandResult } from '../../test/project.ts';
import { TestProject } from '../../test/project.ts';
import { TestTeam } from '../../test/team.ts';

beforeEach(() => vi.stubEnv('CONDUCTOR_AGE_KEY', undefined));
afterEach(() => vi.unstubAllEnvs());

/** A signing key that is generated, and the value before, as an application declares them. */
const signing = {
  SECRET_KEY: { kind: 'generated', bytes: 48 },
  SECRET_KEY_PREVIOUS: { kind: 'optional', setting: { kind: 'secret', name: 'SECRET_KEY_PREVIOUS' } },
};
interface Listed {
  readonly name: string;
  readonly fingerprint: string;
  readonly generated: boolean;
}
const listed = ({ stdout }: CommandResult): Listed[] => JSON.parse(stdout);
/** Values that the service that is live was given, by name. */
const given = ({ place }: Pick<TestProject, 'place'>) =>
  Object.fromEntries(
    Object.entries(place.live!.services[0]!.variables).flatMap(([name, variable]) =>
      variable.kind === 'secret' ? [[name, variable.value]] : [],
    ),
  );

describe('generated secrets of this machine, without any key', () => {
  let project: TestProject;
  beforeEach(async () => {
    project = await TestProject.create();
    await project.describe('good', signing);
  });
  afterEach(() => project.remove());

  it('are listed, by names and fingerprints', async () => {
    expect((await project.run('secrets list')).stderr).toContain('has no secrets yet');
    await project.run('deploy');
    const { code, stdout, stderr } = await project.run('secrets list test');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^ *KEY +[0-9a-f]{16} +generated\n *SECRET_KEY +[0-9a-f]{16} +generated\n$/);
    for (const value of Object.values(given(project))) expect(stdout + stderr).not.toContain(value);
  });

  it('are rotated to another random value of as many bytes, which the next deploy uses', async () => {
    await project.run('deploy');
    const before = given(project);
    const done = await project.run('secrets rotate test KEY --json');
    expect(done.code, done.stderr).toBe(0);
    expect(done.json()).toEqual({ environment: 'test', changed: ['KEY'] });
    await project.run('deploy');
    const after = given(project);
    expect(after.KEY).not.toBe(before.KEY);
    expect(Buffer.from(after.KEY!, 'base64url')).toHaveLength(32);
    expect(after.SECRET_KEY).toBe(before.SECRET_KEY);
    expect(done.stdout + done.stderr).not.toContain(after.KEY);
    // Going back brings the value of then.
    expect((await project.run('rollback test --yes')).code).toBe(0);
    expect(given(project).KEY).toBe(before.KEY);
  });

  it('that sign keep the old value accepted until the rotation is finished', async () => {
    await project.run('deploy');
    const before = given(project);
    expect((await project.run('secrets rotate test SECRET_KEY')).code).toBe(0);
    await project.run('deploy');
    const after = given(project);
    expect(after.SECRET_KEY_PREVIOUS).toBe(before.SECRET_KEY);
    expect(Buffer.from(after.SECRET_KEY!, 'base64url')).toHaveLength(48);
    const again = await project.run('secrets rotate test SECRET_KEY');
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('--finish')]);
    expect((await project.run('secrets rotate test SECRET_KEY --finish')).code).toBe(0);
    await project.run('deploy');
    expect(given(project)).toEqual({ KEY: after.KEY, SECRET_KEY: after.SECRET_KEY });
    expect((await project.run('secrets rotate test SECRET_KEY --finish')).code).toBe(2);
  });

  it('take a value from stdin, and an overlap that is asked for', async () => {
    await project.run('deploy');
    const { KEY } = given(project);
    const input = Readable.from(['a-value-from-elsewhere\n']);
    expect((await project.run('secrets rotate test KEY --stdin --overlap', { input })).code).toBe(0);
    expect(listed(await project.run('secrets list test --json')).map(({ name }) => name)).toEqual([
      'KEY',
      'KEY_PREVIOUS',
      'SECRET_KEY',
    ]);
    const kept = await readFile(join(project.folder, '.conductor/test/secrets.json'), 'utf8');
    expect(JSON.parse(kept).secrets).toMatchObject({ KEY: 'a-value-from-elsewhere', KEY_PREVIOUS: KEY });
  });

  it('are not unset: another one would be made', async () => {
    await project.run('deploy');
    await project.run('secrets rotate test SECRET_KEY');
    const before = await project.run('secrets list test --json');
    const refused = await project.run('secrets unset test KEY');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('would make another one')]);
    expect(refused.stderr).toContain('conductor secrets rotate test KEY');
    const previous = await project.run('secrets unset test SECRET_KEY_PREVIOUS');
    expect(previous.code).toBe(2);
    expect(previous.stderr).toContain('conductor secrets rotate test SECRET_KEY --finish');
    expect((await project.run('secrets list test --json')).stdout).toBe(before.stdout);
  });

  it('are told from those that are not made yet, and from those that nobody knows', async () => {
    expect((await project.run('secrets rotate test KEY')).stderr).toContain('KEY has no value yet');
    expect((await project.run('secrets rotate test NOTHING')).stderr).toContain('no secret called NOTHING');
    expect((await project.run('secrets unset test NOTHING')).stderr).toContain('no secret called NOTHING');
  });

  it('stand behind a committed one of the same name', async () => {
    await project.run('deploy');
    await project.run('secrets recipients init --name ana');
    await project.run('secrets set test KEY', { input: Readable.from(['committed-value']) });
    expect(listed(await project.run('secrets list test --json'))).toMatchObject([
      { name: 'KEY', generated: false },
      { name: 'SECRET_KEY', generated: true },
    ]);
    const rotated = await project.run('secrets rotate test KEY');
    expect(rotated.stderr).toContain('Commit secrets/test.age');
    await project.run('deploy');
    expect(given(project).KEY).toHaveLength(64);
  });
});

describe('generated secrets of a team', () => {
  let team: TestTeam;
  let ana: TestProject;
  let ci: TestProject;
  beforeEach(async () => {
    team = await TestTeam.create();
    [ana, ci] = [await team.machine(), await team.machine()];
    for (const machine of [ana, ci]) await machine.describe('good', signing);
  });
  afterEach(() => team.remove());

  it('are rotated on one machine and seen on the others, which deploy the new value and accept the old one', async () => {
    await ana.run('deploy');
    const before = given(ana);
    expect((await ci.run('secrets list test --json')).stdout).toBe(
      (await ana.run('secrets list test --json')).stdout,
    );
    const { code, stderr } = await ci.run('secrets rotate test SECRET_KEY');
    expect(code, stderr).toBe(0);
    const { stdout } = await ana.run('plan test --json');
    expect(JSON.parse(stdout).differences.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['SECRET_KEY', 'SECRET_KEY_PREVIOUS']),
    );
    expect((await ana.run('deploy')).code).toBe(0);
    const after = given(ana);
    expect(after).toMatchObject({ KEY: before.KEY, SECRET_KEY_PREVIOUS: before.SECRET_KEY });
    expect(after.SECRET_KEY).not.toBe(before.SECRET_KEY);
    const everything = await team.everythingShared();
    for (const value of Object.values(after)) expect(everything).not.toContain(value);
    expect((await ana.run('secrets rotate test SECRET_KEY --finish')).code).toBe(0);
    expect((await ci.run('deploy')).code).toBe(0);
    expect(given(ci)).not.toHaveProperty('SECRET_KEY_PREVIOUS');
  }, 60_000);

  it('are rotated once where two machines rotate a signing key at the same time', async () => {
    await ana.run('deploy');
    const both = await Promise.all([ana, ci].map((machine) => machine.run('secrets rotate test SECRET_KEY')));
    expect(both.map(({ code }) => code).sort()).toEqual([0, 2]);
    expect(both.find(({ code }) => code === 2)!.stderr).toContain('is being rotated already');
  }, 60_000);

  it('need the key', async () => {
    await ana.run('deploy');
    const stranger = await team.machine({ key: null });
    for (const line of ['secrets list test', 'secrets rotate test KEY']) {
      const { code, stderr } = await stranger.run(line);
      expect([line, code, stderr]).toEqual([line, 3, expect.stringContaining('no key')]);
    }
  });
});
