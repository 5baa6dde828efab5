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
  expect((await project.run('export railway')).stderr).toContain('no repository is named');
});
