import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestProject } from '../../test/project.ts';

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
  project.place.foreign = [
    { what: 'service', name: 'web', detail: 'shop-web was made by hand' },
    { what: 'store', name: 'db', detail: 'shop-db was made by hand' },
  ];
});
afterEach(() => project.remove());

async function firstLines(file: string, count: number): Promise<void> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  await writeFile(file, `${lines.slice(0, count).join('\n')}\n`);
}

describe('what has our name and was made by somebody else', () => {
  it('is shown by a plan, as something to adopt and nothing to add', async () => {
    const { code, stdout, stderr } = await project.run('plan');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('! adopt service web  shop-web was made by hand');
    expect(stdout).not.toContain('+ service web');
    expect(stdout).not.toContain('+ store db');
    expect(stdout).toContain('+ service worker');
    expect(stderr).toContain('conductor deploy test --adopt web --adopt db');
  });

  it('is no obstacle in a plan that is told to adopt it', async () => {
    const { stdout, stderr } = await project.run('plan --adopt web --adopt db');
    expect(stdout).toContain('! adopt service web');
    expect(stderr).not.toContain('refused');
    const json = (await project.run('plan --json --adopt web')).json() as unknown as { foreign: unknown };
    expect(json.foreign).toEqual([{ what: 'store', name: 'db', detail: 'shop-db was made by hand' }]);
  });

  it('has a deploy refused before anything is changed, with the command that takes it over', async () => {
    project.place.onStage = (stage) => expect.unreachable(stage);
    const { code, stderr } = await project.run('deploy --adopt db');
    expect(code).toBe(3);
    expect(stderr).toContain(
      'The service web was not made by Conductor for this environment: shop-web was made by hand.',
    );
    expect(stderr).toContain('conductor deploy test --adopt web');
    expect(stderr).not.toContain('--adopt db');
    expect(project.place.live).toBeNull();
    expect((await project.run('releases --json')).stdout).not.toContain('v20');
  });

  it('is taken over as the first thing of a deploy that is told so', async () => {
    const stages: string[] = [];
    project.place.onStage = (stage) => void stages.push(stage);
    const { code, stderr } = await project.run('deploy --adopt web --adopt db');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('Take over the service web');
    expect(stages.slice(0, 2)).toEqual(['apply adopt', 'apply adopt']);
    expect((await project.run('plan')).stdout).not.toContain('adopt');
  });

  // opened; begin and done of `record` and of the first thing that is adopted
  it.each([4, 5])(
    'is taken over by a deploy that was killed after line %i of its journal, when that goes on',
    async (lines) => {
      const { foreign } = project.place;
      await project.run('deploy --adopt web --adopt db');
      const base = join(project.folder, '.conductor', 'test');
      const [journal] = await readdir(join(base, 'journal'));
      await firstLines(join(base, 'journal', journal!), lines);
      await firstLines(join(base, 'ledger.jsonl'), -1);
      Object.assign(project.place, { live: null, foreign });
      project.place.stores.clear();

      const { code, stderr } = await project.run('resume');
      expect(code, stderr).toBe(0);
      expect(project.place.foreign).toEqual([]);
      expect(project.place.live).not.toBeNull();
    },
  );

  it('is not what a rollback takes over', async () => {
    project.place.foreign = [];
    await project.run('deploy');
    await project.run('deploy');
    project.place.foreign = [{ what: 'service', name: 'web', detail: 'shop-web was made by hand' }];
    const { code, stderr } = await project.run('rollback --yes');
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('conductor deploy test --adopt web');
  });

  it('has to be called by a name that there is', async () => {
    const { code, stderr } = await project.run('deploy --adopt wbe');
    expect(code).toBe(2);
    expect(stderr).toContain('There is nothing to adopt that is called wbe.');
  });
});
