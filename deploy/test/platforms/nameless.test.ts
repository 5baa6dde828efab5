import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { names, Project, places, variables } from './command-project.ts';

beforeAll(() => void Object.assign(process.env, variables));
afterAll(() => {
  for (const name of Object.keys(variables)) delete process.env[name];
});

it.each(Object.entries(places))(
  'an application that says no version goes live on %s by its word for the deployment, and the outcome says so',
  { timeout: 60_000 },
  async (name, place) => {
    const platform = await place.open();
    const folder = await mkdtemp(path.join(tmpdir(), 'conductor-nameless-'));
    const project = new Project(folder, place, platform);
    try {
      platform.twin.nameless = true;
      await project.describe('info', 'a');
      const { code, stderr, json } = await project.run('deploy --json');
      expect(code, stderr).toBe(0);
      const { version, proofs } = json();
      expect(names.map((each) => platform.twin.serving(each))).toEqual(names.map(() => version));
      const by = { by: 'deployment', place: name, deployment: expect.stringMatching(/\S/) };
      expect(proofs).toEqual(['backend', 'frontend'].map((service) => ({ service, ...by })));
      for (const { deployment } of proofs)
        expect(stderr).toContain(
          `confirmed by ${name} for deployment ${deployment}, and by its health check`,
        );

      // What names another release is another release, whatever the platform says.
      platform.twin.nameless = false;
      await project.describe('debug', 'b');
      const named = await project.run('deploy --json');
      expect(named.code, named.stderr).toBe(0);
      expect(named.json().proofs).toEqual(
        ['backend', 'frontend'].map((service) => ({ service, by: 'x-release' })),
      );
      expect(named.stderr).toContain('Proof: seen in the header X-Release');
      expect(platform.twin.violations).toEqual([]);
    } finally {
      await platform.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
