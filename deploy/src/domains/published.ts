import type { Finding } from '../model/finding.ts';
import type { DnsRecord, ObservedDomain } from '../model/observed.ts';
import { type Answer, type Ask, canonical, type NameServer } from './resolvers.ts';

/** The authorities from which the platforms get certificates, as CAA records name them (RFC 8659). */
const certificateAuthorities = ['letsencrypt.org', 'pki.goog'];

/** CNAMEs followed before a chain counts as endless. */
const longestChain = 8;

/** Compares what a domain needs with what is published: on every name server, since they learn at different times. */
export async function checkPublished(
  domain: ObservedDomain,
  servers: readonly NameServer[],
  ask: Ask,
): Promise<Finding[]> {
  const traffic = domain.records.filter((record) => record.purpose === 'traffic');
  const questions = [
    ...domain.records.map((record) => checkRecord(record, servers, ask)),
    ...traffic.filter(({ type }) => type !== 'AAAA').map((record) => checkStaleAaaa(record, servers, ask)),
    checkCaa(domain.host, servers, ask),
  ];
  return (await Promise.all(questions)).filter((finding) => finding !== null);
}

/** One line that can be typed into any DNS provider's form. */
export const recordLine = (record: DnsRecord): string =>
  `${record.type} ${record.host} → ${record.value} (TTL ${record.ttl})`;

async function checkRecord(record: DnsRecord, servers: readonly NameServer[], ask: Ask): Promise<Finding> {
  const title = `${record.type} record of ${record.host}`;
  const answers = await Promise.all(
    servers.map(async (server) => ({ server, seen: await seenBy(server, record, ask) })),
  );
  const heard = answers.flatMap(({ server, seen }) => ('failed' in seen ? [] : [{ server, seen }]));
  if (heard.length === 0) {
    const reasons = answers.map(
      ({ server, seen }) => `${server.name}: ${'failed' in seen ? seen.failed : ''}`,
    );
    return {
      level: 'failure',
      title,
      detail: `no name server answered (${reasons.join(', ')})`,
      fix: 'Check this machine’s network and ask again.',
    };
  }
  const wrong = heard.filter(({ seen }) => !seen.match);
  if (wrong.length === 0) return { level: 'ok', title, detail: record.value };
  const detail = wrong
    .map(
      ({ server, seen }) => `${server.name} sees ${seen.values.length ? seen.values.join(', ') : 'nothing'}`,
    )
    .join('; ');
  const spreading = wrong.length < heard.length;
  return {
    level: spreading ? 'warning' : 'failure',
    title,
    detail,
    fix: spreading
      ? `Published, and still spreading: the others follow within the old record's TTL.`
      : `Publish ${recordLine(record)}${apexHint(record)}`,
  };
}

const apexHint = (record: DnsRecord): string =>
  record.type === 'ALIAS'
    ? ' as ALIAS or ANAME, or as a CNAME where the provider flattens it; a plain CNAME is not allowed beside the zone’s own records.'
    : '.';

type Seen = { readonly match: boolean; readonly values: readonly string[] } | { readonly failed: string };

async function seenBy(server: NameServer, record: DnsRecord, ask: Ask): Promise<Seen> {
  if (record.type === 'CNAME' || record.type === 'ALIAS') return seenAlias(server, record, ask);
  const answer = await ask(server, record.host, record.type);
  if ('failed' in answer) return answer;
  return { match: answer.values.includes(record.value), values: answer.values };
}

/** An alias is right when its chain passes the wanted name, or, flattened by the provider, when it has the same addresses. */
async function seenAlias(server: NameServer, record: DnsRecord, ask: Ask): Promise<Seen> {
  const wanted = canonical(record.value);
  const chain: string[] = [];
  let name = canonical(record.host);
  while (chain.length < longestChain) {
    const answer = await ask(server, name, 'CNAME');
    if ('failed' in answer) return answer;
    const next = answer.values[0];
    if (next === undefined) break;
    name = canonical(next);
    chain.push(name);
    if (name === wanted) return { match: true, values: chain };
  }
  if (chain.length > 0) return { match: false, values: chain };
  const [mine, theirs] = await Promise.all([ask(server, record.host, 'A'), ask(server, wanted, 'A')]);
  if ('failed' in mine) return mine;
  return { match: mine.values.length > 0 && sameSubset(mine.values, theirs), values: mine.values };
}

const sameSubset = (values: readonly string[], answer: Answer): boolean =>
  'values' in answer && values.every((value) => answer.values.includes(value));

/** An AAAA record left from an earlier host sends every IPv6 visitor there, while IPv4 looks fine. */
async function checkStaleAaaa(
  record: DnsRecord,
  servers: readonly NameServer[],
  ask: Ask,
): Promise<Finding | null> {
  for (const server of servers) {
    const mine = await ask(server, record.host, 'AAAA');
    if ('failed' in mine || mine.values.length === 0) continue;
    const theirs: Answer = record.type === 'A' ? { values: [] } : await ask(server, record.value, 'AAAA');
    if (sameSubset(mine.values, theirs)) continue;
    return {
      level: 'failure',
      title: `AAAA record of ${record.host}`,
      detail: `${server.name} sees ${mine.values.join(', ')}, which is not where the service runs`,
      fix: `Remove the AAAA record of ${record.host}: visitors over IPv6 reach another server.`,
    };
  }
  return null;
}

/** A CAA record anywhere above the name forbids every authority that it does not list (RFC 8659 §3). */
async function checkCaa(host: string, servers: readonly NameServer[], ask: Ask): Promise<Finding | null> {
  const labels = canonical(host).split('.');
  const [server] = servers;
  if (server === undefined) return null;
  for (let at = 0; at < labels.length - 1; at++) {
    const name = labels.slice(at).join('.');
    const answer = await ask(server, name, 'CAA');
    if ('failed' in answer || answer.values.length === 0) continue;
    if (answer.values.some((authority) => certificateAuthorities.includes(authority))) return null;
    return {
      level: 'failure',
      title: `CAA record of ${name}`,
      detail: `allows only ${answer.values.join(', ')}`,
      fix: `Add CAA ${name} → 0 issue "letsencrypt.org", or no certificate can be issued for ${host}.`,
    };
  }
  return null;
}
