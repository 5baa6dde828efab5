import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestProject } from '../../test/project.ts';
import type { Ask } from '../domains/resolvers.ts';

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

/** Nothing answers on these ports, and no name has a record. */
const nowhere = {
  ask: (async () => ({ values: [] })) satisfies Ask,
  where: { address: '127.0.0.1', httpPort: 1, httpsPort: 1 },
};

it('says that an environment has no domains, which is good', async () => {
  const { code, stderr, json } = await project.run('domains --json');
  expect(code).toBe(0);
  expect(stderr).toContain('has no domains');
  expect(json()).toEqual({ environment: 'test', good: true, domains: [] });
});

it('says of a domain that the target does not know that a deploy gives it', async () => {
  await project.describe('good', {}, "domains: { web: ['app.example.com'] }");
  const { code, stdout } = await project.run('domains', { domains: nowhere });
  expect(code).toBe(3);
  expect(stdout).toContain('app.example.com → web');
  expect(stdout).toContain('Deploy: that gives the domain to the service.');
});

it('prints the records to publish and what is in the way, and fails until it is gone', async () => {
  await project.describe('good', {}, "domains: { web: ['app.example.com'] }");
  expect((await project.run('deploy')).code).toBe(0);
  const { code, stdout, json } = await project.run('domains --json', { domains: nowhere });
  expect(code).toBe(3);
  const { domains } = json() as unknown as {
    domains: { host: string; records: object[]; findings: object[] }[];
  };
  expect(domains[0]).toMatchObject({ host: 'app.example.com', service: 'web' });
  expect(domains[0]!.findings).toContainEqual(
    expect.objectContaining({ title: 'HTTPS on app.example.com', level: 'failure' }),
  );
  expect(stdout).not.toContain('\u001b');
});

it('gives up watching after --for, and stops when interrupted', async () => {
  await project.describe('good', {}, "domains: { web: ['app.example.com'] }");
  expect((await project.run('domains --watch --for 1s', { domains: nowhere })).code).toBe(3);
  const interrupt = AbortSignal.timeout(300);
  expect((await project.run('domains --watch', { domains: nowhere, interrupt })).code).toBe(130);
});
