import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Project, places, variables } from './command-project.ts';
import type { RenderTwin } from './render-twin.ts';

beforeAll(() => void Object.assign(process.env, variables));
afterAll(() => {
  for (const name of Object.keys(variables)) delete process.env[name];
});

const on = async (
  name: keyof typeof places,
  story: (project: Project, twin: RenderTwin) => Promise<void>,
) => {
  const place = places[name]!;
  const platform = await place.open();
  const folder = await mkdtemp(path.join(tmpdir(), 'conductor-maintenance-'));
  const project = new Project(folder, place, platform);
  try {
    await project.describe('info', 'a');
    const { code, stderr } = await project.run('deploy --json');
    expect(code, stderr).toBe(0);
    await story(project, platform.twin as unknown as RenderTwin);
    expect(platform.twin.violations).toEqual([]);
  } finally {
    await platform.close();
    await rm(folder, { recursive: true, force: true });
  }
};

it(
  'Render keeps visitors out of each public service, without a deploy, and lets them in again',
  { timeout: 60_000 },
  () =>
    on('Render', async (project, twin) => {
      const modes = () =>
        twin.ours.services.map(({ name, details }) => [name.split('-').at(-1), details.maintenanceMode]);
      const deploys = () => twin.ours.services.map((service) => service.deploys.length);
      const before = deploys();
      const page = 'https://status.example.com/soon';
      const kept = await project.run(`maintenance on production --page ${page} --json`);
      expect(kept.code, kept.stderr).toBe(0);
      expect(kept.json().maintenance).toMatchObject({ page, message: null, since: expect.any(String) });
      expect(modes()).toEqual(
        expect.arrayContaining([
          ['backend', { enabled: true, uri: page }],
          ['frontend', { enabled: true, uri: page }],
          ['worker', undefined],
        ]),
      );
      expect((await project.run('status --json')).json().maintenance).toMatchObject({ page });

      const refused = await project.run('deploy');
      expect(refused.code).toBe(3);
      expect(refused.stderr).toContain('conductor maintenance off production');
      expect(deploys()).toEqual(before);

      expect((await project.run('maintenance off --json')).json().maintenance).toBeNull();
      expect(modes()).toContainEqual(['backend', { enabled: false, uri: '' }]);
      const { code, stderr } = await project.run('deploy');
      expect(code, stderr).toBe(0);
    }),
);

it.each([
  ['Railway', 'Railway has no maintenance mode'],
  ['DigitalOcean', 'Settings, Maintenance mode'],
] as const)('%s keeps nobody out through us, and what to do is said', { timeout: 60_000 }, (name, hint) =>
  on(name, async (project) => {
    const { code, stderr } = await project.run('maintenance on production');
    expect(code).toBe(2);
    expect(stderr).toContain(hint);
  }),
);
