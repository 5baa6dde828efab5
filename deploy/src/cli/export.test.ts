import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestProject } from '../../test/project.ts';

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

const file = () => join(project.folder, 'docker/compose.prod.yml');

it('writes a file, the same one twice, and says with --check when it is out of date', async () => {
  expect((await project.run('export compose --check')).code).toBe(1);
  const first = await project.run('export compose --json');
  expect(first.code, first.stderr).toBe(0);
  expect(first.json()).toEqual({ file: 'docker/compose.prod.yml', environment: 'other', changed: true });
  const text = await readFile(file(), 'utf8');
  expect((await project.run('export compose --json')).json()).toMatchObject({ changed: false });
  expect(await readFile(file(), 'utf8')).toBe(text);
  expect((await project.run('export compose --check')).code).toBe(0);
  await writeFile(file(), `${text}# by hand\n`);
  const stale = await project.run('export compose --check');
  expect(stale.code).toBe(1);
  expect(stale.stderr).toContain('conductor export other compose');
});

it('knows its formats and environments', async () => {
  expect((await project.run('export rendr')).stderr).toContain('Did you mean "render"?');
  expect((await project.run('export')).code).toBe(2);
  expect((await project.run('export compose --environment nowhere')).code).toBe(2);
  expect((await project.run('export railway')).stderr).toContain('no repository on GitHub is known');
});

it('takes the code from the git remote where the config names no repository, and nothing secret of its address', async () => {
  const git = (...args: string[]) => spawnSync('git', ['-C', project.folder, ...args]);
  git('init', '--quiet');
  git('remote', 'add', 'origin', 'https://someone:a-token@github.com/example/shop.git');
  const { code, stderr } = await project.run('export digitalocean');
  expect(code, stderr).toBe(0);
  const text = await readFile(join(project.folder, '.do/app.yaml'), 'utf8');
  expect(text).toContain('repo: example/shop\n');
  expect(text).not.toContain('a-token');
});
