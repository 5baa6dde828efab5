import type { Finding } from '../model/finding.ts';
import type { DnsRecord } from '../model/observed.ts';
import { agreement } from './agreement.ts';
import type { Answer } from './answer.ts';
import type { NameServer } from './name-server.ts';
import { canonical } from './names.ts';
import { type EdgeProxy, proxyAt, proxyNamed } from './proxies.ts';
import type { Ask } from './resolvers.ts';

/** CNAMEs followed before a chain counts as endless. */
const longestChain = 8;

/** One line that can be typed into any DNS provider's form. */
export const recordLine = (record: DnsRecord): string =>
  `${record.type} ${record.host} → ${record.value} (TTL ${record.ttl})`;

/** What one server has where a record should be. */
interface Seen {
  readonly match: boolean;
  readonly values: readonly string[];
  /** Where visitors are led by it; left out where that does not matter. */
  readonly addresses?: readonly string[];
  readonly proxy?: EdgeProxy;
}
type Look = Seen | { readonly failed: string };

/** Whether a record is published, as every server sees it; and the proxy to which visitors are led in its place. */
export async function checkRecord(
  record: DnsRecord,
  servers: readonly NameServer[],
  ask: Ask,
  answer: Promise<Answer | null>,
): Promise<{ readonly finding: Finding; readonly proxy?: EdgeProxy }> {
  const title = `${record.type} record of ${record.host}`;
  let known: Promise<string[]> | undefined;
  const wanted = () => (known ??= addressesOf(record, servers, ask));
  const looks = await Promise.all(
    servers.map(async (server) => ({ server, look: await look(server, record, wanted, ask) })),
  );
  const heard = looks.flatMap(({ server, look }) => ('failed' in look ? [] : [{ server, ...look }]));
  if (heard.length === 0) return { finding: silence(title, looks) };
  if (heard.every(({ match }) => match)) return { finding: { level: 'ok', title, detail: record.value } };

  const { standing, address } = (await answer) ?? {};
  const proxy = heard.find((seen) => seen.proxy)?.proxy;
  const withProxy = (finding: Finding) => ({ finding, ...(proxy && { proxy }) });
  const ours = standing === 'ours';
  /** The very address that this server names has given us our release: somebody of ours leads on from there. */
  const proven = ({ addresses = [] }: Seen) => ours && address !== undefined && addresses.includes(address);
  const wrong = heard.filter((seen) => !seen.match && !seen.proxy && !proven(seen));
  const detail = (which: typeof heard) =>
    which
      .map(({ server, values }) => `${server.name} sees ${values.length ? values.join(', ') : 'nothing'}`)
      .join('; ');
  if (wrong.length > 0) {
    const spreading = agreement(heard, (seen) => !wrong.includes(seen)) === 'spreading';
    return withProxy({
      level: spreading ? 'warning' : 'failure',
      title,
      detail: detail(wrong),
      fix: spreading
        ? `Published, and still spreading: the others follow within the old record's TTL.`
        : `Publish ${recordLine(record)}${apexHint(record)}`,
    });
  }
  if (proxy === undefined)
    return withProxy({
      level: 'warning',
      title,
      detail: `${detail(heard.filter(({ match }) => !match))}, which is not ${record.value}, and our release answers there`,
      fix: `Nothing, if a proxy of yours leads on from there; else publish ${recordLine(record)}${apexHint(record)}`,
    });
  if (ours)
    return withProxy({ level: 'ok', title, detail: `${record.value}, through ${proxy.name}'s proxy` });
  return withProxy({
    level: 'warning',
    title,
    detail: `leads to ${proxy.name}'s proxy; that it leads on to ${record.value} cannot be seen from outside`,
    fix: proxy.fix,
  });
}

function silence(
  title: string,
  looks: readonly { readonly server: NameServer; readonly look: Look }[],
): Finding {
  const reasons = looks.map(({ server, look }) => `${server.name}: ${'failed' in look ? look.failed : ''}`);
  return {
    level: 'failure',
    title,
    detail: `no name server answered (${reasons.join(', ')})`,
    fix: 'Check this machine’s network and ask again.',
  };
}

const apexHint = (record: DnsRecord): string =>
  record.type === 'ALIAS'
    ? ' as ALIAS or ANAME, or as a CNAME where the provider flattens it; a plain CNAME is not allowed beside the zone’s own records.'
    : '.';

const isAlias = ({ type }: DnsRecord) => type === 'CNAME' || type === 'ALIAS';

/** Every address that an alias may be flattened to: servers in different places may be told different ones. */
async function addressesOf(record: DnsRecord, servers: readonly NameServer[], ask: Ask): Promise<string[]> {
  const answers = await Promise.all(servers.map((server) => ask(server, canonical(record.value), 'A')));
  return answers.flatMap((answer) => ('values' in answer ? answer.values : []));
}

async function look(
  server: NameServer,
  record: DnsRecord,
  wanted: () => Promise<readonly string[]>,
  ask: Ask,
): Promise<Look> {
  if (isAlias(record)) return lookAtAlias(server, record, wanted, ask);
  // An ALIAS is no type that can be asked for; the others are.
  const answer = await ask(server, record.host, record.type as Exclude<DnsRecord['type'], 'ALIAS'>);
  if ('failed' in answer) return answer;
  const { values } = answer;
  const seen = { match: values.includes(record.value), values };
  if (record.purpose !== 'traffic') return seen;
  return { ...seen, addresses: values, ...proxied(values) };
}

/** An alias is right when its chain passes the wanted name, or, flattened by the provider, when it has the same addresses. */
async function lookAtAlias(
  server: NameServer,
  record: DnsRecord,
  wanted: () => Promise<readonly string[]>,
  ask: Ask,
): Promise<Look> {
  const chain: string[] = [];
  let name = canonical(record.host);
  while (chain.length < longestChain) {
    const answer = await ask(server, name, 'CNAME');
    if ('failed' in answer) return answer;
    const next = answer.values[0];
    if (next === undefined) break;
    name = canonical(next);
    chain.push(name);
    if (name === canonical(record.value)) return { match: true, values: chain };
  }
  const answer = await ask(server, record.host, 'A');
  if ('failed' in answer) return answer;
  const addresses = answer.values;
  const proxy = chain.map(proxyNamed).find((each) => each !== undefined);
  const where = { addresses, ...(proxy ? { proxy } : proxied(addresses)) };
  if (chain.length > 0) return { match: false, values: chain, ...where };
  const theirs = addresses.length > 0 ? await wanted() : [];
  const match = addresses.length > 0 && addresses.every((address) => theirs.includes(address));
  return { match, values: addresses, ...where };
}

function proxied(addresses: readonly string[]): { readonly proxy?: EdgeProxy } {
  const proxy = proxyAt(addresses);
  return proxy ? { proxy } : {};
}
