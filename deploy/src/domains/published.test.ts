import { expect, test } from 'vitest';
import type { DnsRecord, ObservedDomain } from '../model/observed.ts';
import type { NameServer } from './name-server.ts';
import { checkPublished } from './published.ts';
import type { Ask, RecordType } from './resolvers.ts';

const here: NameServer = { name: 'here' };
const there: NameServer = { name: 'there' };
type Zone = Partial<Record<`${RecordType} ${string}`, string[]>>;

const asking =
  (...zones: (Zone | 'silent')[]): Ask =>
  async (server, host, type) => {
    const zone = zones[server === here ? 0 : 1] ?? zones[0]!;
    return zone === 'silent' ? { failed: 'ETIMEOUT' } : { values: zone[`${type} ${host}`] ?? [] };
  };

const record = (over: Partial<DnsRecord>): DnsRecord => ({
  type: 'CNAME',
  host: 'app.example.com',
  value: 'crm.platform.example',
  ttl: 3600,
  purpose: 'traffic',
  ...over,
});
const domain = (...records: DnsRecord[]): ObservedDomain => ({
  host: records[0]!.host,
  service: 'frontend',
  certificate: 'pending',
  records,
});
const levels = async (it: ObservedDomain, ask: Ask) =>
  (await checkPublished(it, [here, there], ask)).map(({ level, title }) => `${level}: ${title}`);

test('a CNAME that leads to the platform is good, also through another name', async () => {
  const direct = asking({ 'CNAME app.example.com': ['crm.platform.example'] });
  expect(await levels(domain(record({})), direct)).toEqual(['ok: CNAME record of app.example.com']);
  const chained = asking({
    'CNAME app.example.com': ['alias.example.com'],
    'CNAME alias.example.com': ['crm.platform.example'],
  });
  expect(await levels(domain(record({})), chained)).toEqual(['ok: CNAME record of app.example.com']);
});

test('a chain that loops or leads elsewhere is a failure that says what to publish', async () => {
  const loop = asking({ 'CNAME app.example.com': ['app.example.com'] });
  const [finding] = await checkPublished(domain(record({})), [here], loop);
  expect(finding).toMatchObject({
    level: 'failure',
    fix: expect.stringContaining('CNAME app.example.com → crm.platform.example'),
  });
});

test('an apex is good when the provider flattened the alias to the same addresses', async () => {
  const apex = record({ type: 'ALIAS', host: 'example.com' });
  const same = { 'A example.com': ['192.0.2.1'], 'A crm.platform.example': ['192.0.2.1', '192.0.2.2'] };
  expect(await levels(domain(apex), asking(same))).toEqual(['ok: ALIAS record of example.com']);
  const other = { ...same, 'A example.com': ['198.51.100.9'] };
  expect(await levels(domain(apex), asking(other))).toEqual(['failure: ALIAS record of example.com']);
});

test('a record that only some name servers see is still spreading, not wrong', async () => {
  const ask = asking({ 'CNAME app.example.com': ['crm.platform.example'] }, {});
  expect(await levels(domain(record({})), ask)).toEqual(['warning: CNAME record of app.example.com']);
});

test('a name server that does not answer is not taken for a missing record, unless none answers', async () => {
  const one = asking({ 'CNAME app.example.com': ['crm.platform.example'] }, 'silent');
  expect(await levels(domain(record({})), one)).toEqual(['ok: CNAME record of app.example.com']);
  const [finding] = await checkPublished(domain(record({})), [here, there], asking('silent', 'silent'));
  expect(finding).toMatchObject({ level: 'failure', detail: expect.stringContaining('ETIMEOUT') });
});

test('the TXT that proves ownership is asked for', async () => {
  const txt = record({ type: 'TXT', host: '_verify.app.example.com', value: 'token', purpose: 'ownership' });
  const zone = { 'CNAME app.example.com': ['crm.platform.example'] };
  expect(await levels(domain(record({}), txt), asking(zone))).toContain(
    'failure: TXT record of _verify.app.example.com',
  );
});

test('an AAAA record that the platform does not have is stale', async () => {
  const zone: Zone = {
    'CNAME app.example.com': ['crm.platform.example'],
    'AAAA app.example.com': ['2001:db8::1'],
  };
  expect(await levels(domain(record({})), asking(zone))).toContain('failure: AAAA record of app.example.com');
  const shared = { ...zone, 'AAAA crm.platform.example': ['2001:db8::1'] };
  expect(await levels(domain(record({})), asking(shared))).not.toContain(
    'failure: AAAA record of app.example.com',
  );
});

test('a CAA record above the name that shuts the authorities out is a failure; the nearest one decides', async () => {
  const zone: Zone = {
    'CNAME app.example.com': ['crm.platform.example'],
    'CAA example.com': ['0 issue "other.example"'],
  };
  expect(await levels(domain(record({})), asking(zone))).toContain('failure: CAA record of example.com');
  const nearer = { ...zone, 'CAA app.example.com': ['0 issue "letsencrypt.org"'] };
  expect(await levels(domain(record({})), asking(nearer))).toEqual(['ok: CNAME record of app.example.com']);
});
