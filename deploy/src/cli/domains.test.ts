import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestProject } from '../../test/project.ts';
import type { Ask } from '../domains/resolvers.ts';
import { Authority } from '../domains/test/certificates.ts';
import { openDnsServer } from '../domains/test/dns-server.ts';
import { openSite } from '../domains/test/site.ts';

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

it('asks the name servers that are named, and visits the site where the first one says', async () => {
  await project.describe('good', {}, "domains: { web: ['app.example.com'] }");
  expect((await project.run('deploy')).code).toBe(0);
  const zone = { 'A app.example.com': ['127.0.0.1'] };
  await using first = await openDnsServer(zone);
  await using second = await openDnsServer({ ...zone, 'CAA example.com': ['0 issue "other.example"'] });
  const authority = new Authority();
  const live = project.place.live!.release.version;
  await using site = await openSite(
    { 'https app.example.com': () => ({ status: 200, headers: { 'x-release': live } }) },
    authority.issue(['app.example.com']),
  );
  const { httpPort, httpsPort } = site.where as { httpPort: number; httpsPort: number };
  const domains = { where: { httpPort, httpsPort, ca: authority.root } };
  const options = `--resolver ${first.address} --resolver ${second.address}`;
  const { json } = await project.run(`domains --json ${options}`, { domains });
  const { findings } = (json() as unknown as { domains: { findings: { title: string }[] }[] }).domains[0]!;
  expect(findings).toContainEqual(
    expect.objectContaining({
      title: 'Answer of app.example.com',
      level: 'ok',
      detail: `answers 200 from ${live}`,
    }),
  );
  expect(findings).toContainEqual(
    expect.objectContaining({
      title: 'CAA record of example.com',
      level: 'warning',
      detail: expect.stringContaining(second.address),
    }),
  );
  expect(first.asked).toContain('CAA example.com');
});

it('says of another release that answers which one is live', async () => {
  await project.describe('good', {}, "domains: { web: ['app.example.com'] }");
  expect((await project.run('deploy')).code).toBe(0);
  const live = project.place.live!.release.version;
  const authority = new Authority();
  await using site = await openSite(
    { 'https app.example.com': () => ({ status: 200, headers: { 'x-release': 'v20200101_000000' } }) },
    authority.issue(['app.example.com']),
  );
  const domains = { ...nowhere, where: { ...site.where, ca: authority.root } };
  const { code, stdout } = await project.run('domains', { domains });
  expect(code).toBe(3);
  expect(stdout).toContain(`answers from v20200101_000000, and ${live} is live`);
});

it('refuses a resolver that is no address', async () => {
  const { code, stderr } = await project.run('domains --resolver dns.example');
  expect(code).toBe(2);
  expect(stderr).toContain('--resolver: "dns.example" is not an address such as 1.1.1.1');
});
