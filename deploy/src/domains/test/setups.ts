import type { DnsRecord } from '../../model/observed.ts';
import type { NameServer } from '../name-server.ts';
import type { Ask, RecordType } from '../resolvers.ts';
import type { Answering, Answers } from './site.ts';

/** What is live; the ledger knows. */
export const live = 'v20261126_100000';
const earlier = 'v20261120_100000';

export const app = 'app.example.com';
export const apex = 'example.com';
export const www = 'www.example.com';
export const platform = 'crm.platform.example';
const platformAddress = '192.0.2.1';
/** Of the ranges that the proxies publish. */
const cloudflareAddress = '104.21.8.9';
const cloudflareAddress6 = '2606:4700:3030::6815:809';
const fastlyAddress = '151.101.2.217';

export type Zone = Readonly<Partial<Record<`${RecordType} ${string}`, readonly string[]>>>;

/** One way in which a domain can be set up, and what is to be said of it. */
export interface Setup {
  readonly what: string;
  readonly host: string;
  /** Hosts of the service in the config's order; left out, the host alone. */
  readonly hosts?: readonly string[];
  /** What every name server says; left out, that the host leads to the platform. */
  readonly zone?: Zone;
  /** What single ones say instead, by their name; `silent` does not answer. */
  readonly zones?: Readonly<Record<string, Zone | 'silent'>>;
  readonly records?: readonly DnsRecord[];
  readonly answers: Answers;
  readonly certificate?: {
    readonly age?: number;
    readonly left?: number;
    readonly names?: readonly string[];
  };
  /** The certificate's authority is none that visitors trust. */
  readonly unknownAuthority?: boolean;
  /** Nothing answers over HTTPS. */
  readonly plainOnly?: true;
  /** Nothing is known to be live. */
  readonly nothingKnown?: boolean;
  /** What is live names no version. */
  readonly nameless?: boolean;
  readonly good: boolean;
  /** What is not ok: `level: title`, sorted. */
  readonly said: readonly string[];
  /** A piece of what is said, detail or fix. */
  readonly saying?: string;
}

const safe = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'content-security-policy': "default-src 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};
const ours = { ...safe, 'x-release': live };
const cloudflare = { server: 'cloudflare', 'cf-ray': '8f1c2d3e4f5a6b7c-GRU' };
const fastly = { 'x-served-by': 'cache-gru-sbgr1930024-GRU', 'x-timer': 'S1764151234.123456,VS0,VE12' };

const page =
  (headers: Record<string, string> = ours, status = 200): Answering =>
  () => ({ status, headers });
/** Leads the path and the query to another base. */
const leads =
  (base: string, status = 301): Answering =>
  (path) => ({ status, headers: { ...safe, location: base + path } });
const loses =
  (to: string, status = 301): Answering =>
  () => ({ status, headers: { ...safe, location: to } });

const upgrade = (host: string): Answers => ({ [`http ${host}`]: leads(`https://${host}`) });
/** A host that is as it should be but for what its HTTPS answers. */
const site = (host: string, answering: Answering = page()): Answers => ({
  ...upgrade(host),
  [`https ${host}`]: answering,
});

const toPlatform = (host: string): Zone => ({
  [`CNAME ${host}`]: [platform],
  [`A ${host}`]: [platformAddress],
  [`A ${platform}`]: [platformAddress],
});
const throughCloudflare = (host: string): Zone => ({
  [`A ${host}`]: [cloudflareAddress],
  [`AAAA ${host}`]: [cloudflareAddress6],
  [`A ${platform}`]: [platformAddress],
});
const record = (over: Partial<DnsRecord> = {}): DnsRecord => ({
  type: 'CNAME',
  host: app,
  value: platform,
  ttl: 300,
  purpose: 'traffic',
  ...over,
});
const alias = (host: string) => record({ type: 'ALIAS', host });
const token = record({ type: 'TXT', host: `_verify.${app}`, value: 'token', purpose: 'ownership' });

/** The zone's own name servers, as findings name them. */
const ownServer = (name: string) => `${name} (of the zone)`;
const ns = ['ns1.dns.example', 'ns2.dns.example'] as const;
const delegated: Zone = {
  [`NS ${apex}`]: ns,
  [`A ${ns[0]}`]: ['203.0.113.53'],
  [`A ${ns[1]}`]: ['203.0.113.54'],
};
const own = (zone: Zone | 'silent') => ({ [ownServer(ns[0])]: zone, [ownServer(ns[1])]: zone });

const both = [apex, www];
const wwwFirst = [www, apex];
const pair = (apexAnswers: Answering, wwwAnswers: Answering): Answers => ({
  ...site(apex, apexAnswers),
  ...site(www, wwwAnswers),
});
const caa = (name: string, ...values: string[]): Zone => ({ ...toPlatform(app), [`CAA ${name}`]: values });

export const setups: readonly Setup[] = [
  { what: 'a host that is as it should be', host: app, answers: site(app), good: true, said: [] },

  // What answers.
  {
    what: 'a site that redirects to itself',
    host: app,
    answers: site(app, loses(`https://${app}/`)),
    good: false,
    said: [`failure: Answer of ${app}`],
    saying: `https://${app}/ → 301 https://${app}/`,
  },
  {
    what: 'a site that redirects to a page of its own, which answers',
    host: app,
    answers: site(app, (path) =>
      path.startsWith('/sign-in')
        ? { status: 200, headers: ours }
        : { status: 302, headers: { ...ours, location: '/sign-in' } },
    ),
    good: true,
    said: [],
  },
  {
    what: 'HTTPS that leads back to HTTP, which leads to HTTPS',
    host: app,
    answers: site(app, leads(`http://${app}`)),
    good: false,
    said: [`failure: Answer of ${app}`],
    saying: `→ 301 http://${app}/ → 301 https://${app}/`,
  },
  {
    what: 'redirects that never end and never come back',
    host: app,
    answers: site(app, (path) => ({ status: 302, headers: { ...safe, location: `${path}x` } })),
    good: false,
    said: [`failure: Answer of ${app}`],
    saying: 'more than 10 redirects',
  },
  ...[404, 500, 502, 503].map((status) => ({
    what: `an application that answers ${status}`,
    host: app,
    answers: site(app, page(status === 502 ? safe : ours, status)),
    good: false,
    said: [`failure: Answer of ${app}`],
    saying: `answers ${status}`,
  })),
  {
    what: 'another application, without X-Release',
    host: app,
    answers: site(app, page(safe)),
    good: false,
    said: [`failure: Answer of ${app}`],
    saying: 'without X-Release',
  },
  {
    what: 'an application without X-Release, where what is live is known to send none',
    host: app,
    answers: site(app, page(safe)),
    nameless: true,
    good: true,
    said: [`warning: Answer of ${app}`],
    saying: 'whether it is ours cannot be seen',
  },
  {
    what: 'another release than the one that is live',
    host: app,
    answers: site(app, page({ ...safe, 'x-release': earlier })),
    good: false,
    said: [`failure: Answer of ${app}`],
    saying: earlier,
  },
  {
    what: 'an application without X-Release, where nothing is known to be live',
    host: app,
    answers: site(app, page(safe)),
    nothingKnown: true,
    good: true,
    said: [`warning: Answer of ${app}`],
    saying: 'cannot be seen',
  },
  {
    what: 'an application that sends its visitors to another site to sign in',
    host: app,
    answers: {
      ...site(app, loses('https://login.example.org/', 302)),
      [`https ${app}`]: () => ({
        status: 302,
        headers: { ...ours, location: 'https://login.example.org/' },
      }),
      'https login.example.org': page({}),
    },
    certificate: { names: [app, 'login.example.org'] },
    good: true,
    said: [],
  },
  {
    what: "a host that leads to somebody else's site",
    host: app,
    answers: { ...site(app, loses('https://parked.example.org/')), 'https parked.example.org': page(safe) },
    certificate: { names: [app, 'parked.example.org'] },
    good: false,
    said: [`failure: Answer of ${app}`],
    saying: 'parked.example.org',
  },
  {
    what: 'a host that asks for a password before anything else',
    host: app,
    answers: site(app, page({ ...safe, 'www-authenticate': 'Basic realm="staging"' }, 401)),
    good: true,
    said: [`warning: Answer of ${app}`],
    saying: 'password',
  },

  // Proxies.
  {
    what: "the application behind Cloudflare's proxy",
    host: app,
    zone: throughCloudflare(app),
    answers: site(app, page({ ...ours, ...cloudflare })),
    good: true,
    said: [],
    saying: "through Cloudflare's proxy",
  },
  {
    what: "another application behind Cloudflare's proxy",
    host: app,
    zone: throughCloudflare(app),
    answers: site(app, page({ ...safe, ...cloudflare })),
    good: false,
    said: [`failure: Answer of ${app}`, `warning: CNAME record of ${app}`],
  },
  {
    what: "Cloudflare's proxy, which does not reach the service",
    host: app,
    zone: throughCloudflare(app),
    answers: site(app, page({ ...safe, ...cloudflare }, 522)),
    good: false,
    said: [`failure: Answer of ${app}`, `warning: CNAME record of ${app}`],
    saying: 'Cloudflare answers 522',
  },
  {
    what: "Cloudflare's proxy in mode Flexible, so that the redirects never end",
    host: app,
    zone: throughCloudflare(app),
    answers: site(app, loses(`https://${app}/`, 301)),
    good: false,
    said: [`failure: Answer of ${app}`, `warning: CNAME record of ${app}`],
    saying: 'Full',
  },
  {
    what: "Cloudflare's proxy, where nothing is known to be live",
    host: app,
    zone: throughCloudflare(app),
    answers: site(app, page({ ...safe, ...cloudflare })),
    nothingKnown: true,
    good: true,
    said: [`warning: Answer of ${app}`, `warning: CNAME record of ${app}`],
  },
  {
    what: 'an AAAA record beside the proxy, at another host',
    host: app,
    zone: { ...throughCloudflare(app), [`AAAA ${app}`]: ['2001:db8::1'] },
    answers: site(app, page({ ...ours, ...cloudflare })),
    good: false,
    said: [`failure: AAAA record of ${app}`],
  },
  {
    what: 'the application behind Fastly',
    host: app,
    zone: {
      [`CNAME ${app}`]: ['dualstack.n.sni.global.fastly.net'],
      [`A ${app}`]: [fastlyAddress],
      [`A ${platform}`]: [platformAddress],
    },
    answers: site(app, page({ ...ours, ...fastly })),
    good: true,
    said: [],
    saying: "through Fastly's proxy",
  },
  {
    what: 'another application behind Fastly',
    host: app,
    zone: { [`A ${app}`]: [fastlyAddress], [`A ${platform}`]: [platformAddress] },
    answers: site(app, page({ ...safe, ...fastly })),
    good: false,
    said: [`failure: Answer of ${app}`, `warning: CNAME record of ${app}`],
  },
  {
    what: 'a proxy of our own at the very address that DNS names',
    host: app,
    zone: { [`A ${app}`]: ['127.0.0.1'], [`A ${platform}`]: [platformAddress] },
    answers: site(app),
    good: true,
    said: [`warning: CNAME record of ${app}`],
    saying: 'our release answers there',
  },

  // The main name.
  {
    what: 'the apex as the main name, with www leading to it: the apex',
    host: apex,
    hosts: both,
    answers: pair(page(), leads(`https://${apex}`)),
    good: true,
    said: [],
  },
  {
    what: 'the apex as the main name, with www leading to it: www',
    host: www,
    hosts: both,
    answers: pair(page(), leads(`https://${apex}`)),
    good: true,
    said: [],
  },
  {
    what: 'www as the main name, with the apex leading to it: www',
    host: www,
    hosts: wwwFirst,
    answers: pair(leads(`https://${www}`), page()),
    good: true,
    said: [],
  },
  {
    what: 'www as the main name, with the apex leading to it: the apex',
    host: apex,
    hosts: wwwFirst,
    answers: pair(leads(`https://${www}`), page()),
    good: true,
    said: [],
  },
  {
    what: 'www alone, while the apex leads to it',
    host: www,
    answers: pair(leads(`https://${www}`), page()),
    good: true,
    said: [],
  },
  {
    what: 'www alone, while the apex is somebody else’s site',
    host: www,
    answers: pair(page(safe), page()),
    good: true,
    said: [],
  },
  {
    what: 'the first name of the config leads to the second',
    host: apex,
    hosts: both,
    answers: pair(leads(`https://${www}`), page()),
    good: true,
    said: [`warning: apex → www on ${apex}`],
    saying: `Name ${www} first`,
  },
  {
    what: 'www and the apex that lead to one another: the apex',
    host: apex,
    hosts: both,
    answers: pair(leads(`https://${www}`), leads(`https://${apex}`)),
    good: false,
    said: [`failure: Answer of ${apex}`],
    saying: `https://${apex}/ → 301 https://${www}/ → 301 https://${apex}/`,
  },
  {
    what: 'www and the apex that lead to one another: www',
    host: www,
    hosts: both,
    answers: pair(leads(`https://${www}`), leads(`https://${apex}`)),
    good: false,
    said: [`failure: Answer of ${www}`],
  },
  {
    what: 'www and the apex that both answer: www',
    host: www,
    hosts: both,
    answers: pair(page(), page()),
    good: false,
    said: [`failure: www → apex on ${www}`],
  },
  {
    what: 'www that leads to the apex for now only',
    host: www,
    hosts: both,
    answers: pair(page(), leads(`https://${apex}`, 302)),
    good: true,
    said: [`warning: www → apex on ${www}`],
  },
  {
    what: 'www that leads to the apex and loses the path and the query',
    host: www,
    hosts: both,
    answers: pair(page(), loses(`https://${apex}/`)),
    good: false,
    said: [`failure: www → apex on ${www}`],
  },

  // HTTP.
  {
    what: 'HTTP that answers itself',
    host: app,
    answers: { ...site(app), [`http ${app}`]: page() },
    good: false,
    said: [`failure: HTTP → HTTPS on ${app}`],
  },
  {
    what: 'HTTP that answers, and no HTTPS',
    host: app,
    answers: { [`http ${app}`]: page() },
    plainOnly: true,
    good: false,
    said: [`failure: Answer of ${app}`, `failure: HTTP → HTTPS on ${app}`, `failure: HTTPS on ${app}`],
  },
  {
    what: 'HTTP that leads to HTTPS, where nothing answers',
    host: app,
    answers: site(app),
    plainOnly: true,
    good: false,
    said: [`failure: Answer of ${app}`, `failure: HTTPS on ${app}`],
  },
  {
    what: 'HTTP that leads to HTTPS for now only',
    host: app,
    answers: { ...site(app), [`http ${app}`]: leads(`https://${app}`, 307) },
    good: true,
    said: [`warning: HTTP → HTTPS on ${app}`],
  },
  {
    what: 'HTTP that leads to HTTPS and loses the path and the query',
    host: app,
    answers: { ...site(app), [`http ${app}`]: loses(`https://${app}/`) },
    good: false,
    said: [`failure: HTTP → HTTPS on ${app}`],
  },
  {
    what: 'HTTP that leads to itself',
    host: app,
    answers: { ...site(app), [`http ${app}`]: leads(`http://${app}`) },
    good: false,
    said: [`failure: HTTP → HTTPS on ${app}`],
    saying: 'in a circle',
  },
  {
    what: 'HTTP of the apex that leads straight to www, the main name',
    host: apex,
    hosts: wwwFirst,
    answers: { ...pair(leads(`https://${www}`), page()), [`http ${apex}`]: leads(`https://${www}`) },
    good: true,
    said: [],
  },
  {
    what: 'HTTP of the apex that gets to HTTPS by way of HTTP of www',
    host: apex,
    hosts: wwwFirst,
    answers: { ...pair(leads(`https://${www}`), page()), [`http ${apex}`]: leads(`http://${www}`) },
    good: true,
    said: [`warning: HTTP → HTTPS on ${apex}`],
    saying: '2 redirects',
  },

  // Headers.
  {
    what: 'no HSTS',
    host: app,
    answers: site(app, page({ ...ours, 'strict-transport-security': 'max-age=300' })),
    good: false,
    said: [`failure: HSTS of ${app}`],
  },
  {
    what: 'no Content-Security-Policy',
    host: app,
    answers: site(app, page({ ...ours, 'content-security-policy': '' })),
    good: false,
    said: [`failure: Security headers of ${app}`],
  },

  // Records.
  {
    what: 'a chain of names to the platform',
    host: app,
    zone: { [`CNAME ${app}`]: ['alias.example.com'], 'CNAME alias.example.com': [platform] },
    answers: site(app),
    good: true,
    said: [],
  },
  {
    what: 'a chain of names to elsewhere',
    host: app,
    zone: {
      [`CNAME ${app}`]: ['alias.example.com'],
      'CNAME alias.example.com': ['old.platform.example'],
      [`A ${platform}`]: [platformAddress],
    },
    answers: site(app),
    good: false,
    said: [`failure: CNAME record of ${app}`],
  },
  {
    what: 'an apex whose ALIAS has been flattened',
    host: apex,
    records: [alias(apex)],
    zone: { [`A ${apex}`]: [platformAddress], [`A ${platform}`]: [platformAddress, '192.0.2.2'] },
    answers: site(apex),
    good: true,
    said: [],
  },
  {
    what: 'an apex whose ALIAS leads elsewhere',
    host: apex,
    records: [alias(apex)],
    zone: { [`A ${apex}`]: ['198.51.100.9'], [`A ${platform}`]: [platformAddress] },
    answers: site(apex),
    good: false,
    said: [`failure: ALIAS record of ${apex}`],
  },
  {
    what: 'an AAAA record left from an earlier host',
    host: app,
    zone: { ...toPlatform(app), [`AAAA ${app}`]: ['2001:db8::1'] },
    answers: site(app),
    good: false,
    said: [`failure: AAAA record of ${app}`],
  },
  {
    what: 'an AAAA record that own servers have no more, while caches still do',
    host: apex,
    records: [alias(apex)],
    zone: {
      ...delegated,
      [`A ${apex}`]: [platformAddress],
      [`A ${platform}`]: [platformAddress],
      [`AAAA ${apex}`]: ['2001:db8::1'],
    },
    zones: own({ ...delegated, [`A ${apex}`]: [platformAddress] }),
    answers: site(apex),
    good: true,
    said: [`warning: AAAA record of ${apex}`],
    saying: 'gone from some servers',
  },
  {
    what: 'an AAAA record of the platform',
    host: app,
    zone: { ...toPlatform(app), [`AAAA ${app}`]: ['2001:db8::1'], [`AAAA ${platform}`]: ['2001:db8::1'] },
    answers: site(app),
    good: true,
    said: [],
  },
  {
    what: 'name servers that do not agree yet',
    host: app,
    zones: { there: {} },
    answers: site(app),
    good: true,
    said: [`warning: CNAME record of ${app}`],
    saying: 'there sees nothing',
  },
  {
    what: 'a name server that does not answer',
    host: app,
    zones: { there: 'silent' },
    answers: site(app),
    good: true,
    said: [],
  },
  {
    what: 'a proof of ownership that is missing',
    host: app,
    records: [record(), token],
    answers: site(app),
    good: false,
    said: [`failure: TXT record of _verify.${app}`],
  },
  {
    what: 'a proof of ownership that is there',
    host: app,
    records: [record(), token],
    zone: { ...toPlatform(app), [`TXT _verify.${app}`]: ['token'] },
    answers: site(app),
    good: true,
    said: [],
  },

  // The zone's own servers.
  {
    what: 'own servers that have the record, while caches do not yet',
    host: app,
    zone: { ...delegated, [`CNAME ${app}`]: ['old.platform.example'] },
    zones: own({ ...delegated, ...toPlatform(app) }),
    answers: site(app),
    good: true,
    said: [`warning: CNAME record of ${app}`],
    saying: 'still spreading',
  },
  {
    what: 'own servers that have the record no more, while caches still do',
    host: app,
    zone: { ...delegated, ...toPlatform(app) },
    zones: own({ ...delegated, [`CNAME ${app}`]: ['old.platform.example'] }),
    answers: site(app),
    good: false,
    said: [`failure: CNAME record of ${app}`],
    saying: `${ownServer(ns[0])} sees old.platform.example`,
  },
  {
    what: 'own servers that agree with everybody',
    host: app,
    zone: { ...delegated, ...toPlatform(app) },
    answers: site(app),
    good: true,
    said: [],
    saying: 'asked themselves: ns1.dns.example, ns2.dns.example',
  },
  {
    what: 'own servers that cannot be reached from here',
    host: app,
    zone: { ...delegated, ...toPlatform(app) },
    zones: own('silent'),
    answers: site(app),
    good: true,
    said: [`warning: Name servers of ${apex}`],
    saying: 'ns1.dns.example: ETIMEOUT',
  },
  {
    what: 'an alias out of the zone, of which its own servers know nothing',
    host: app,
    zone: {
      ...delegated,
      [`CNAME ${app}`]: ['alias.example.net'],
      'CNAME alias.example.net': [platform],
    },
    zones: own({ ...delegated, [`CNAME ${app}`]: ['alias.example.net'] }),
    answers: site(app),
    good: true,
    said: [],
  },
  {
    what: 'an alias to an apex elsewhere, whose name servers are not those of the zone',
    host: app,
    zone: { ...delegated, ...toPlatform(app), [`NS ${app}`]: ['ns.elsewhere.example'] },
    answers: site(app),
    good: true,
    said: [],
    saying: 'asked themselves: ns1.dns.example, ns2.dns.example',
  },
  {
    what: 'a flattened apex, whose own servers are told other addresses of the platform',
    host: apex,
    records: [alias(apex)],
    zone: { ...delegated, [`A ${apex}`]: [platformAddress], [`A ${platform}`]: [platformAddress] },
    zones: {
      ...own({ ...delegated, [`A ${apex}`]: ['192.0.2.7'] }),
      there: { ...delegated, [`A ${apex}`]: ['192.0.2.7'], [`A ${platform}`]: ['192.0.2.7'] },
    },
    answers: site(apex),
    good: true,
    said: [],
  },
  {
    what: 'CAA that own servers have, and caches not yet',
    host: app,
    zone: { ...delegated, ...toPlatform(app) },
    zones: own({ ...delegated, ...caa(apex, '0 issue "other.example"') }),
    answers: site(app),
    good: false,
    said: [`failure: CAA record of ${apex}`],
  },
  {
    what: 'CAA at the name to which the host is an alias, of which own servers know nothing',
    host: app,
    zone: { ...delegated, ...caa(app, '0 issue ";"') },
    zones: own({ ...delegated, [`CNAME ${app}`]: [platform] }),
    answers: site(app),
    good: false,
    said: [`failure: CAA record of ${app}`],
  },

  // CAA.
  {
    what: 'CAA that allows the authority, above the host',
    host: app,
    zone: caa(apex, '0 issue "letsencrypt.org"'),
    answers: site(app),
    good: true,
    said: [],
  },
  {
    what: 'CAA that forbids, above the host',
    host: app,
    zone: caa(apex, '0 issue "other.example"'),
    answers: site(app),
    good: false,
    said: [`failure: CAA record of ${apex}`],
    saying: 'other.example',
  },
  {
    what: 'CAA with iodef only, under a zone that forbids',
    host: app,
    zone: {
      ...caa(apex, '0 issue ";"'),
      [`CAA ${app}`]: ['0 iodef "mailto:security@example.com"'],
    },
    answers: site(app),
    good: true,
    said: [],
  },
  {
    what: 'CAA that forbids every authority',
    host: app,
    zone: caa(app, '0 issue ";"'),
    answers: site(app),
    good: false,
    said: [`failure: CAA record of ${app}`],
    saying: 'no authority',
  },
  {
    what: 'CAA on wildcards only',
    host: app,
    zone: caa(app, '0 issuewild ";"'),
    answers: site(app),
    good: true,
    said: [],
  },
  {
    what: 'CAA that allows the nearest, under a zone that forbids',
    host: app,
    zone: { ...caa(apex, '0 issue ";"'), [`CAA ${app}`]: ['0 issue "LetsEncrypt.org"'] },
    answers: site(app),
    good: true,
    said: [],
  },
  {
    what: 'CAA that allows for one account only',
    host: app,
    zone: caa(apex, '0 issue "letsencrypt.org; accounturi=https://acme.example/acct/1"'),
    answers: site(app),
    good: true,
    said: [`warning: CAA record of ${apex}`],
    saying: 'accounturi',
  },
  {
    what: 'CAA with a critical property that no authority knows',
    host: app,
    zone: caa(apex, '0 issue "letsencrypt.org"', '128 tbs "unknown"'),
    answers: site(app),
    good: false,
    said: [`failure: CAA record of ${apex}`],
  },
  {
    what: 'CAA that only one of two name servers knows',
    host: app,
    zones: { there: caa(apex, '0 issue "other.example"') },
    answers: site(app),
    good: true,
    said: [`warning: CAA record of ${apex}`],
    saying: 'there',
  },
  {
    what: 'CAA that allows the authority of the proxy alone',
    host: app,
    zone: { ...throughCloudflare(app), [`CAA ${apex}`]: ['0 issue "ssl.com"'] },
    answers: site(app, page({ ...ours, ...cloudflare })),
    good: true,
    said: [],
  },

  // Certificates.
  {
    what: 'a certificate that is over',
    host: app,
    answers: site(app),
    certificate: { age: 91, left: -1 },
    good: false,
    said: [`failure: Answer of ${app}`, `failure: Certificate of ${app}`],
    saying: 'CERT_HAS_EXPIRED',
  },
  {
    what: 'a certificate that is over soon',
    host: app,
    answers: site(app),
    certificate: { age: 80, left: 10 },
    good: true,
    said: [`warning: Certificate of ${app}`],
  },
  {
    what: 'a certificate of six days with four to go',
    host: app,
    answers: site(app),
    certificate: { age: 2, left: 4 },
    good: true,
    said: [],
  },
  {
    what: 'a certificate of six days with one to go',
    host: app,
    answers: site(app),
    certificate: { age: 5, left: 1 },
    good: true,
    said: [`warning: Certificate of ${app}`],
  },
  {
    what: 'a certificate for another name',
    host: app,
    answers: site(app),
    certificate: { names: ['other.example.com'] },
    good: false,
    said: [`failure: Answer of ${app}`, `failure: Certificate of ${app}`],
    saying: 'made for other.example.com',
  },
  {
    what: 'a certificate of an authority that nobody knows',
    host: app,
    answers: site(app),
    unknownAuthority: true,
    good: false,
    said: [`failure: Answer of ${app}`, `failure: Certificate of ${app}`],
  },
];

export const here: NameServer = { name: 'here' };
export const there: NameServer = { name: 'there' };

/** The records of a set-up that the platform asks for. */
export const recordsOf = ({ host, records }: Setup): readonly DnsRecord[] => records ?? [record({ host })];

/** Answers as the set-up's name servers do. */
export const asking =
  ({ host, zone = toPlatform(host), zones = {} }: Setup): Ask =>
  async ({ name }, asked, type) => {
    const own = zones[name] ?? zone;
    return own === 'silent' ? { failed: 'ETIMEOUT' } : { values: own[`${type} ${asked}`] ?? [] };
  };
