import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TestProject } from '../../test/project.ts';
import { openSecrets, requireIdentity } from '../secrets/index.ts';

let project: TestProject;
beforeEach(async () => {
  vi.stubEnv('CONDUCTOR_AGE_KEY', undefined);
  project = await TestProject.create();
  await project.run('secrets recipients init --name ana');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await project.remove();
});

const kept = async (environment = 'test') =>
  (await openSecrets(project.folder, environment, await requireIdentity(project.folder))).document.secrets;
const set = (name: string, value: string, more = '') =>
  project.run(`secrets set ${name}${more}`, { input: Readable.from([value]) });

it('sets, lists and unsets without ever showing a value', async () => {
  const done = await set('TOKEN', 'the-value-of-the-token\n');
  expect(done.code, done.stderr).toBe(0);
  await set('OTHER', 'other-value', ' -e other');
  expect(await kept()).toEqual({ TOKEN: 'the-value-of-the-token' });
  expect(await kept('other')).toEqual({ OTHER: 'other-value' });
  const listed = await project.run('secrets list --json');
  expect(JSON.parse(listed.stdout)).toEqual([
    { name: 'TOKEN', fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/), generated: false },
  ]);
  expect(done.stderr + done.stdout + listed.stderr).not.toContain('the-value');
  expect((await project.run('secrets unset TOKEN')).code).toBe(0);
  expect(await kept()).toEqual({});
  expect((await project.run('secrets unset TOKEN')).code).toBe(2);
});

it('refuses a value in the command line, without repeating it', async () => {
  const { code, stderr } = await project.run('secrets set TOKEN the-value');
  expect(code).toBe(2);
  expect(stderr).toContain('never belongs in the command line');
  expect(stderr).not.toContain('the-value');
});

it('imports an .env file, and says what was blank', async () => {
  await writeFile(join(project.folder, '.env'), 'A=one-value\nB=\n');
  const { code, stderr, stdout } = await project.run('secrets import .env --json');
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ environment: 'test', changed: ['A'] });
  expect(stderr).toContain('not imported: B');
  expect(await kept()).toEqual({ A: 'one-value' });
});

it('imports nothing of an .env file with a line that it cannot read, and says which by its number', async () => {
  await set('A', 'the-old-one');
  await writeFile(join(project.folder, '.env'), 'A=one-value\nB: other-value\nC="not closed\n');
  const { code, stderr, stdout } = await project.run('secrets import .env');
  expect(code).toBe(2);
  expect(stderr).toContain('line 2 is not NAME=value\n  line 3 has a quote that is not closed');
  expect(stderr + stdout).not.toMatch(/other-value|not closed\n/);
  expect(await kept()).toEqual({ A: 'the-old-one' });
});

it('edits in the editor, and an unchanged text changes nothing', async () => {
  await set('A', 'one-value');
  const untouched = await project.run('secrets edit', { editor: async () => {} });
  expect(untouched.stderr).toContain('Nothing changed');
  await project.run('secrets edit', {
    editor: async (file) => writeFile(file, (await readFile(file, 'utf8')).replace('one-value', 'two-value')),
  });
  expect(await kept()).toEqual({ A: 'two-value' });
});

it('rotates a signing key with an overlap, and another secret without', async () => {
  await set('SECRET_KEY', 'old-signing-key');
  await set('TOKEN', 'old-token');
  await project.run('secrets rotate SECRET_KEY');
  expect(await kept()).toMatchObject({ SECRET_KEY_PREVIOUS: 'old-signing-key', TOKEN: 'old-token' });
  expect((await project.run('secrets rotate SECRET_KEY')).stderr).toContain('--finish');
  await project.run('secrets rotate SECRET_KEY --finish');
  await project.run('secrets rotate TOKEN --stdin', { input: Readable.from(['new-token']) });
  expect(Object.keys(await kept())).toEqual(['SECRET_KEY', 'TOKEN']);
  expect((await kept()).TOKEN).toBe('new-token');
});

it('lets a colleague in and out by re-encrypting everything', async () => {
  await set('TOKEN', 'the-token');
  const colleague = await TestProject.create();
  try {
    await colleague.run('secrets recipients init --name bia');
    const key = /^\s*(age1\S+)/m.exec(
      await readFile(join(colleague.folder, 'secrets/recipients'), 'utf8'),
    )![1]!;
    const share = async () => {
      await mkdir(join(colleague.folder, 'secrets'), { recursive: true });
      for (const file of ['test.age', 'recipients']) {
        await writeFile(
          join(colleague.folder, 'secrets', file),
          await readFile(join(project.folder, 'secrets', file)),
        );
      }
    };
    await share();
    expect((await colleague.run('secrets list')).stderr).toContain('not encrypted to the key');
    expect((await project.run(`secrets recipients add ${key} --name bia`)).code).toBe(0);
    await share();
    expect((await colleague.run('secrets list')).stdout).toContain('TOKEN');
    expect((await project.run(`secrets recipients remove ${key}`)).code).toBe(0);
    await share();
    expect((await colleague.run('secrets list')).code).toBe(3);
  } finally {
    await colleague.remove();
  }
});

it('is the merge driver that git calls', async () => {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: project.folder, encoding: 'utf8', stdio: 'pipe' });
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Ana');
  git('config', 'user.email', 'ana@example.com');
  const main = JSON.stringify(join(import.meta.dirname, '../main.ts'));
  await writeFile(join(project.folder, 'conductor'), `#!/bin/sh\nexec '${process.execPath}' ${main} "$@"\n`);
  await chmod(join(project.folder, 'conductor'), 0o755);
  const commit = async (name: string, value: string) => {
    const { code, stderr } = await set(name, value);
    expect(code, stderr).toBe(0);
    git('add', '--all');
    git('commit', '--quiet', '-m', name);
  };
  await commit('A', 'begin-a');
  git('switch', '--quiet', '--create', 'other');
  await commit('B', 'their-b');
  git('switch', '--quiet', 'main');
  await commit('C', 'our-c');
  git('merge', '--quiet', 'other', '-m', 'Merge');
  expect(await kept()).toEqual({ A: 'begin-a', B: 'their-b', C: 'our-c' });

  git('switch', '--quiet', 'other');
  await commit('A', 'their-a');
  git('switch', '--quiet', 'main');
  await commit('A', 'our-a');
  expect(() => git('merge', '--quiet', 'other', '-m', 'Merge')).toThrow();
  const refused = await project.run('secrets merge test');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('Both sides changed: A');
  expect((await project.run('secrets merge test --prefer theirs')).code).toBe(0);
  expect((await kept()).A).toBe('their-a');
});

it('leaves a corrupted file as it is', async () => {
  await set('TOKEN', 'the-token');
  const file = join(project.folder, 'secrets/test.age');
  await writeFile(file, 'broken');
  for (const line of ['secrets list', 'secrets unset TOKEN', 'secrets rotate TOKEN', 'deploy', 'check']) {
    const { code, stderr } = await project.run(line);
    expect(code, line).toBe(2);
    expect(stderr).toContain('cannot be read');
  }
  // What only looks needs none of them.
  expect((await project.run('status')).code).toBe(0);
  expect(await readFile(file, 'utf8')).toBe('broken');
});
