import { describe, expect, it } from 'vitest';
import { inspectDomain } from './domain.ts';
import { isGood } from './survey.ts';
import { Authority } from './test/certificates.ts';
import { asking, here, live, recordsOf, type Setup, setups, there } from './test/setups.ts';
import { openSite } from './test/site.ts';

const trusted = new Authority();
const unknown = new Authority('Nobody');

async function judge(setup: Setup) {
  const { host, hosts = [host], certificate: { names, ...age } = {} } = setup;
  const authority = setup.unknownAuthority ? unknown : trusted;
  const named = names ?? [
    ...new Set([...hosts, ...Object.keys(setup.answers).map((of) => of.split(' ')[1]!)]),
  ];
  await using site = await openSite(setup.answers, authority.issue(named, age));
  return await inspectDomain(
    { host, service: 'web', certificate: 'unknown', records: recordsOf(setup) },
    {
      where: { ...site.where, ca: trusted.root },
      servers: [here, there],
      ask: asking(setup),
      serving: {
        versions: setup.nothingKnown ? [] : [live],
        paths: { web: '/' },
        hosts: { web: hosts },
      },
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
