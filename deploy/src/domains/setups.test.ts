import { describe, expect, it } from 'vitest';
import { type DomainOptions, inspectDomain } from './domain.ts';
import { isGood } from './survey.ts';
import { Authority } from './test/certificates.ts';
import { asking, here, live, recordsOf, type Setup, setups, there } from './test/setups.ts';
import { openSite } from './test/site.ts';

const trusted = new Authority();
const unknown = new Authority('Nobody');

async function judge(setup: Setup, options: DomainOptions = {}) {
  const { host, hosts = [host], certificate: { names, ...age } = {} } = setup;
  const authority = setup.unknownAuthority ? unknown : trusted;
  const named = names ?? [
    ...new Set([...hosts, ...Object.keys(setup.answers).map((of) => of.split(' ')[1]!)]),
  ];
  await using site = await openSite(setup.answers, setup.plainOnly ? undefined : authority.issue(named, age));
  return await inspectDomain(
    { host, service: 'web', certificate: 'unknown', records: recordsOf(setup) },
    {
      where: { ...site.where, ca: trusted.root },
      servers: [here, there],
      ask: asking(setup),
      serving: {
        versions: setup.nothingKnown ? [] : [live],
        nameless: setup.nameless ? ['web'] : [],
        paths: { web: '/' },
        hosts: { web: hosts },
      },
      ...options,
    },
  );
}

describe('every set-up is judged by what its visitors get', () => {
  it.each(setups)('$what', async (setup) => {
    const report = await judge(setup);
    const said = report.findings.filter(({ level }) => level !== 'ok');
    expect(said.map(({ level, title }) => `${level}: ${title}`).sort()).toEqual(setup.said);
    expect(isGood([report])).toBe(setup.good);
    if (setup.saying !== undefined) {
      const all = report.findings.map(({ detail, fix }) => `${detail} ${fix}`).join('\n');
      expect(all).toContain(setup.saying);
    }
    // Whoever is told of something is told what to do.
    for (const { title, fix } of said) expect(fix, title).toBeTruthy();
  });
});

it('visits a place on its own ports, where HSTS would lead past them', async () => {
  const setup = setups.find(({ what }) => what === 'no HSTS')!;
  const { host } = setup;
  await using site = await openSite(setup.answers, trusted.issue([host]));
  const { httpPort, httpsPort, ...where } = site.where;
  const { findings } = await inspectDomain(
    {
      ...{ host, service: 'web', certificate: 'unknown', records: recordsOf(setup) },
      ports: { http: httpPort!, https: httpsPort! },
    },
    { where: { ...where, ca: trusted.root }, servers: [here, there], ask: asking(setup) },
  );
  const of = (title: string) => findings.find((one) => one.title === `${title} ${host}`)?.level;
  expect([of('Certificate of'), of('HTTP → HTTPS on'), of('Security headers of'), of('HSTS of')]).toEqual([
    ...['ok', 'ok', 'ok'],
    undefined,
  ]);
});

describe('before a deploy', () => {
  const of = (what: string) => setups.find((setup) => setup.what === what)!;

  it.each(['an application that answers 502', 'a site that redirects to itself', 'no HSTS'])(
    'is in nobody’s way, since the deploy fixes it: %s',
    async (what) => {
      const { findings } = await judge(of(what), { deployAhead: true });
      expect(findings.filter(({ level }) => level === 'failure')).toEqual([]);
      expect(findings.filter(({ level }) => level === 'warning')).toHaveLength(1);
    },
  );

  it.each(['a chain of names to elsewhere', 'a certificate that is over', 'HTTP that answers itself'])(
    'is in the way, since no deploy fixes it: %s',
    async (what) => {
      const report = await judge(of(what), { deployAhead: true });
      expect(isGood([report])).toBe(false);
    },
  );
});
