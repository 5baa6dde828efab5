import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestProject } from '../../test/project.ts';

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

interface Printed {
  readonly ready: boolean;
  readonly checks: readonly {
    readonly id: string;
    readonly state: string;
    readonly level?: string;
    readonly detail?: string;
  }[];
}
const checked = async (line = 'check --json') => {
  const result = await project.run(line);
  const printed = JSON.parse(result.stdout.trim()) as Printed;
  return { ...result, ...printed, of: (id: string) => printed.checks.find((check) => check.id === id)! };
};

it('tells what is in the way, with the way to fix it, and ends with 3', async () => {
  await project.describe('good', {}, 'checks: {}');
  const { code, ready, of, stderr } = await checked();
  expect(code).toBe(3);
  expect(ready).toBe(false);
  expect(of('alerts')).toMatchObject({ state: 'answered', level: 'failure', required: true });
  expect(of('clean-tree')).toMatchObject({ state: 'skipped', why: 'the project is not under git' });
  expect(stderr).toMatch(/Must be fixed now: \d+\n[\s\S]*→ Give `notify` in conductor.config.ts/);
  expect(stderr).toMatch(/Good to have: \d+\n⚠ Not met/);
});

it('is good when what the environment requires is good', async () => {
  await project.describe('good', {}, "checks: { required: ['settings'], off: ['alerts'] }");
  const { code, ready, of } = await checked();
  expect(of('alerts')).toMatchObject({ state: 'skipped', why: 'off in this environment' });
  expect({ code, ready }).toEqual({ code: 0, ready: true });
});

it('lists missing settings together with everything else', async () => {
  await project.describe('good', { TOKEN: { kind: 'secret', name: 'NO_SUCH_TOKEN' } }, 'checks: {}');
  const { of } = await checked();
  expect(of('settings')).toMatchObject({
    level: 'failure',
    detail: expect.stringContaining('TOKEN has no value'),
  });
  expect(of('health-checks')).toMatchObject({ level: 'warning' });
  expect((await project.run('deploy')).code).toBe(3);
});

it('refuses a check that does not exist', async () => {
  await project.describe('good', {}, "checks: { required: ['setings'] }");
  const { code, stderr } = await project.run('check');
  expect(code).toBe(2);
  expect(stderr).toContain('settings');
});

it('compares with the commit that serves, and asks the running release', async () => {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: project.folder, encoding: 'utf8', stdio: 'pipe' });
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Ana');
  git('config', 'user.email', 'ana@example.com');
  await writeFile(join(project.folder, '.gitignore'), '.conductor/\n');
  const commit = () => {
    git('add', '--all');
    git('commit', '--quiet', '--message', 'Change');
  };
  commit();
  await project.describe('good', {}, "checks: { required: ['settings'] }");
  commit();
  const deployed = await project.run('deploy --probe 0');
  expect(deployed.code, deployed.stderr).toBe(0);
  await writeFile(join(project.folder, 'new.txt'), 'x');
  commit();
  const { of } = await checked();
  expect(of('secrets-in-commits')).toMatchObject({ level: 'ok', detail: '1 commit(s)' });
  expect(of('security-headers')).toMatchObject({
    level: 'failure',
    detail: expect.stringContaining('nosniff'),
  });
});

it('writes the checklist, keeping what people wrote', async () => {
  const { stderr } = await project.run('check --write');
  const file = join(project.folder, 'docs/DEPLOY_CHECKLIST.md');
  const first = await readFile(file, 'utf8');
  expect(first, stderr).toContain('## Release to test');
  await writeFile(file, first.replace('# Deploy checklist', '# Our checklist'));
  await project.run('check --write');
  expect(await readFile(file, 'utf8')).toMatch(/^# Our checklist/);
});

it('asks everything with --all, and what the environment leaves out is not in its way', async () => {
  await project.describe('good', {}, "checks: { only: ['settings'] }");
  const { code, of } = await checked('check --all --json');
  expect(of('alerts')).toMatchObject({ state: 'answered', level: 'failure', required: false });
  expect(of('settings')).toMatchObject({ level: 'ok', required: true });
  expect(code).toBe(0);
  const { stderr } = await project.run('check --all');
  expect(stderr).not.toContain('Must be fixed now');
  expect(stderr).toMatch(/Before others depend on it \(not required here\): \d+\n✗ Not met: /);
  const few = await project.run('check');
  expect(few.stderr).toMatch(/- \d+ more are off in this environment: conductor check test --all/);
});

it('goes on where the secrets cannot be decrypted or the place cannot be asked, and says so in the list', async () => {
  await project.describe('good', {}, 'checks: {}');
  await mkdir(join(project.folder, 'secrets'));
  await writeFile(join(project.folder, 'secrets', 'test.age'), 'not an age file');
  project.place.unreachable = true;
  const { code, of } = await checked();
  expect(code).toBe(3);
  expect(of('secrets-readable')).toMatchObject({ level: 'failure' });
  expect(of('target')).toMatchObject({
    level: 'failure',
    detail: 'Could not be checked: the place does not answer',
  });
  expect(of('alerts')).toMatchObject({ state: 'answered' });
  // A deploy does not go on.
  expect((await project.run('deploy')).code).toBe(3);
});

it('ends a sentence with one full stop', async () => {
  project.place.findings = [
    { level: 'failure', title: 'Port 8080', detail: 'is taken by another program.', fix: 'End it.' },
  ];
  const { stderr } = await project.run('deploy');
  expect(stderr).toContain('is taken by another program. End it');
  expect(stderr).not.toContain('..');
});
