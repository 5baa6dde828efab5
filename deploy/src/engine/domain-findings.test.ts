import { expect, it } from 'vitest';
import { Authority } from '../domains/test/certificates.ts';
import { openSite } from '../domains/test/site.ts';
import type { Session } from '../environment/session.ts';
import type { ObservedDomain } from '../model/observed.ts';
import { domainFindings } from './domain-findings.ts';

const host = 'api.example.com';
const session = {
  desired: {
    services: [{ name: 'api', paths: ['/v1'], health: { path: '/v1/health', deadline: 30 } }],
  },
  environment: { domains: { api: [host] } },
} as unknown as Session;
const domain: ObservedDomain = { host, service: 'api', certificate: 'valid', records: [] };
const history = { serving: { version: 'v2', since: '' }, deploys: [] };

/** What is said of the answer of a site that answers so. */
async function answerOf(answer: { status: number; headers?: Record<string, string> }) {
  const authority = new Authority();
  const asked: string[] = [];
  await using site = await openSite(
    {
      [`https ${host}`]: (path) => {
        asked.push(path);
        return answer;
      },
    },
    authority.issue([host]),
  );
  const findings = await domainFindings(session, { domains: [domain] }, history, {
    where: { ...site.where, ca: authority.root },
    ask: async () => ({ values: [] }),
  })!();
  return { asked, finding: findings.find(({ title }) => title === `Answer of ${host}`) };
}

it('looks for the live release, at the health path of a service that has no first page', async () => {
  const { asked, finding } = await answerOf({ status: 200, headers: { 'x-release': 'v2' } });
  expect(asked).toContain('/v1/health');
  expect(finding).toMatchObject({ level: 'ok', detail: 'answers 200 from v2' });
});

it('warns of what the deploy is to fix', async () => {
  const { finding } = await answerOf({ status: 502 });
  expect(finding).toMatchObject({ level: 'warning', detail: 'answers 502 to /v1/health' });
});

it('warns of a domain that is not published yet: else nothing could be deployed until it is', async () => {
  const findings = (certificate: ObservedDomain['certificate']) =>
    domainFindings(session, { domains: [{ ...domain, certificate }] }, history, {
      where: { address: '127.0.0.1', httpPort: 1, httpsPort: 1 },
      ask: async () => ({ values: [] }),
    })!();
  expect((await findings('pending')).map(({ level }) => level)).not.toContain('failure');
  expect((await findings('pending')).map(({ level }) => level)).toContain('warning');
  expect((await findings('valid')).map(({ level }) => level)).toContain('failure');
});

it('has nothing to say without domains, and says why the place could not be asked', async () => {
  expect(domainFindings(session, { domains: [] }, history)).toBeNull();
  const silent = new Error('the place does not answer');
  expect(domainFindings({ ...session, environment: { domains: {} } as never }, silent, history)).toBeNull();
  await expect(domainFindings(session, silent, history)!()).rejects.toBe(silent);
});
