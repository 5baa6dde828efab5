import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { underLoad } from './local/load.ts';
import { Project } from './local/project.ts';

let project: Project;
beforeAll(async () => {
  project = await Project.sample();
  // TypeScript, as the project itself: the hook runs on the Node that runs Conductor.
  project.write(
    'hook.ts',
    `import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
const hook: string = process.env.CONDUCTOR_HOOK ?? '';
appendFileSync('ran', hook + ' ' + process.env.CONDUCTOR_RELEASE + ' ' + process.env.CONDUCTOR_URL + '\\n');
if (existsSync('fail-' + hook)) throw new Error(hook + ' found it cold');
if (existsSync('wait-' + hook)) { writeFileSync('waiting', String(process.pid)); setInterval(() => {}, 1000); }
`,
  );
  const hooks = ['before-deploy', 'before-cutover', 'after-cutover', 'after-deploy', 'before-rollback'];
  project.edit(
    'conductor.config.ts',
    /project: 'sample',/,
    `project: 'sample',\n  hooks: { ${hooks.map((name) => `'${name}': 'node hook.ts'`).join(', ')} },`,
  );
  project.write('.gitignore', 'node_modules/\n.conductor/\nran\nfail-*\nwait-*\nwaiting\n');
  project.commit();
  await project.change(['deploy']);
});
afterAll(() => project?.close());

const here = (name: string) => join(project.root, name);
const ran = () => (existsSync(here('ran')) ? readFileSync(here('ran'), 'utf8').trimEnd().split('\n') : []);

test('a hook that fails before the cutover is noticed by no visitor, and one after it takes nothing back', async () => {
  const before = (await project.status()).release?.version;
  project.write('fail-before-cutover', '');
  const seen = await underLoad(project.url, { rate: 50, kinds: [] }, async () => {
    const { verdict, said } = await project.change(['deploy'], 4);
    expect(verdict).toBe('failed');
    expect(said.stderr).toContain('before-cutover found it cold');
  });
  expect(seen.failed).toBe(0);
  expect((await project.status()).release?.version).toBe(before);
  rmSync(here('fail-before-cutover'));

  project.write('fail-after-cutover', '');
  const { version, verdict, said } = await project.change(['deploy']);
  rmSync(here('fail-after-cutover'));
  expect(verdict).toBe('live');
  expect(said.stderr).toContain('! The hook after-cutover (node hook.ts) ended with 1');
  expect((await project.status()).release?.version).toBe(version);
  expect(ran().at(-1)).toBe(`after-deploy ${version} ${project.url}`);
});

test('a deploy that is killed in a hook is gone on with, and runs that hook again', async () => {
  const before = (await project.status()).release?.version;
  project.write('wait-before-cutover', '');
  const deploy = project.start(['deploy', '--port', String(project.port)]);
  const ended = new Promise((resolve) => deploy.once('exit', resolve));
  while (!existsSync(here('waiting'))) await sleep(20);
  deploy.kill('SIGKILL');
  await ended;
  process.kill(Number(readFileSync(here('waiting'), 'utf8')), 'SIGKILL');
  rmSync(here('wait-before-cutover'));
  expect((await project.status()).release?.version).toBe(before);

  const times = ran().length;
  const { verdict, version } = await project.change(['resume']);
  expect(verdict).toBe('live');
  const names = ran().map((line) => line.split(' ')[0]);
  expect(names.slice(times)).toEqual(['before-cutover', 'after-cutover', 'after-deploy']);
  expect((await project.status()).release?.version).toBe(version);
  expect((await project.change(['rollback', '--yes'])).verdict).toBe('live');
  expect(
    ran()
      .map((line) => line.split(' ')[0])
      .slice(times + 3),
  ).toEqual(['before-rollback', 'before-cutover', 'after-cutover']);
});
