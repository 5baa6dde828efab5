import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestProject } from '../../test/project.ts';
import { ConductorError, type ExitCode } from '../errors.ts';

const upgrade = { from: 'mongo:8', to: 'mongo:9' };
let project: TestProject;
let stages: string[];
beforeEach(async () => {
  project = await TestProject.create();
  await project.run('deploy');
  project.place.upgrade = upgrade;
  stages = [];
  project.place.onStage = (stage) => void stages.push(stage);
});
afterEach(() => project.remove());

describe('a store that runs as another version than the settings name', () => {
  it('is told of by a plan, and left alone by a deploy', async () => {
    const { stdout, stderr } = await project.run('plan');
    expect(stdout).not.toContain('store db');
    expect(stderr).toContain('db: mongo:8 → mongo:9');
    expect(stderr).toContain('conductor deploy test --upgrade-stores');
    expect((await project.run('plan --json')).json()).toMatchObject({
      upgrades: [{ store: 'db', ...upgrade }],
    });
    expect((await project.run('deploy')).code).toBe(0);
    expect(stages).not.toContain('apply upgrade');
  });

  it('starts again as the first thing of a deploy that is told so, and its pause is said before', async () => {
    const planned = await project.run('plan --upgrade-stores');
    expect(planned.stdout).toContain('~ store db  mongo:8 → mongo:9');
    expect(planned.stderr).toContain('nobody can save meanwhile, about a minute');
    const { code, stderr } = await project.run('deploy --upgrade-stores');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('Start the store db again as mongo:9 (until now mongo:8)');
    expect(stages[0]).toBe('apply upgrade');
    expect((await project.run('plan')).stderr).not.toContain('mongo:9');
  });

  it('starts again when a deploy that was killed before it did goes on', async () => {
    await project.run('deploy --upgrade-stores');
    const base = join(project.folder, '.conductor', 'test');
    const journal = (await readdir(join(base, 'journal'))).sort().at(-1)!;
    const cut = async (file: string, count: number) => {
      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
      await writeFile(file, `${lines.slice(0, count).join('\n')}\n`);
    };
    await cut(join(base, 'journal', journal), 4);
    await cut(join(base, 'ledger.jsonl'), -1);
    project.place.upgrade = upgrade;
    stages = [];
    const { code, stderr } = await project.run('resume');
    expect(code, stderr).toBe(0);
    expect(stages[0]).toBe('apply upgrade');
  });

  it.each<[ExitCode, string]>([
    [4, 'failed'],
    // The release before serves, and has no store.
    [7, 'unknown'],
  ])('that does not come up ends the deploy with %i: %s', async (exit, verdict) => {
    const before = project.place.live!.release.version;
    project.place.onStage = (stage) => {
      if (stage !== 'apply upgrade') return;
      throw new ConductorError({ code: 'swarm.store-upgrade', message: 'db does not come up', exit });
    };
    const { code, json } = await project.run('deploy --upgrade-stores --json');
    expect(code).toBe(exit);
    expect(json()).toMatchObject({ verdict });
    expect(project.place.live!.release.version).toBe(before);
  });
});
