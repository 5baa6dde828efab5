import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TestProject } from '../../test/project.ts';

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await project.remove();
});

const token = { kind: 'secret', name: 'TOKEN' };

it('shows plain settings by their values, and secrets by fingerprints alone', async () => {
  vi.stubEnv('TOKEN', 'canary-one');
  await project.describe('good', {
    LOG_LEVEL: 'info',
    TOKEN: token,
    OPEN: 'canary-that-becomes-secret',
    HIDDEN: token,
  });
  expect((await project.run('deploy')).code).toBe(0);

  vi.stubEnv('TOKEN', 'canary-two');
  vi.stubEnv('OPEN', 'canary-three');
  const origins = Array.from({ length: 9 }, (_, i) => `https://${i}.example.com`).join();
  await project.describe('good', {
    LOG_LEVEL: 'warn',
    ORIGINS: origins,
    TOKEN: token,
    OPEN: { kind: 'secret', name: 'OPEN' },
    HIDDEN: 'plain-now',
  });
  const { stdout, stderr } = await project.run('plan');
  expect(stdout).toContain('~ variable LOG_LEVEL of web  info → warn\n');
  expect(stdout).toContain(`+ variable ORIGINS of web  ${origins.slice(0, 60)}…\n`);
  for (const name of ['TOKEN', 'OPEN', 'HIDDEN'])
    expect(stdout).toMatch(new RegExp(`~ variable ${name} of web  secret [0-9a-f]{16} → [0-9a-f]{16}\n`));
  const json = await project.run('plan --json');
  expect(JSON.parse(json.stdout).differences).toEqual(
    expect.arrayContaining([
      { what: 'variable', action: 'change', name: 'LOG_LEVEL', service: 'web', from: 'info', to: 'warn' },
      { what: 'variable', action: 'add', name: 'ORIGINS', service: 'web', to: origins },
    ]),
  );
  expect(stdout + stderr + json.stdout + json.stderr).not.toMatch(/canary|plain-now/);
});
