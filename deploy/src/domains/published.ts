import type { Finding } from '../model/finding.ts';
import type { DnsRecord, ObservedDomain } from '../model/observed.ts';
import { agreement } from './agreement.ts';
import type { Answer } from './answer.ts';
import { checkCaa } from './caa.ts';
import type { NameServer } from './name-server.ts';
import { type EdgeProxy, proxyAt } from './proxies.ts';
import { checkRecord } from './record.ts';
import type { Ask } from './resolvers.ts';

/**
 * Compares what a domain needs with what is published: on every name server, since they learn at different times. `answer`: what the
 * host's visitors get; a proxy's addresses are right when that is ours.
 */
export async function checkPublished(
  domain: ObservedDomain,
  servers: readonly NameServer[],
  ask: Ask,
  answer: Promise<Answer | null> = Promise.resolve(null),
): Promise<Finding[]> {
  const traffic = domain.records.filter(({ purpose }) => purpose === 'traffic');
  const [records, stale] = await Promise.all([
    Promise.all(domain.records.map((record) => checkRecord(record, servers, ask, answer))),
    Promise.all(
      traffic.filter(({ type }) => type !== 'AAAA').map((record) => checkStaleAaaa(record, servers, ask)),
    ),
  ]);
  const proxy = records.find((each) => each.proxy)?.proxy;
  const caa = await checkCaa(domain.host, servers, ask, proxy?.authorities);
  return [...records.map(({ finding }) => finding), ...stale, caa].filter((finding) => finding !== null);
}

/** An AAAA record left from an earlier host sends every IPv6 visitor there, while IPv4 looks fine. */
async function checkStaleAaaa(
  record: DnsRecord,
  servers: readonly NameServer[],
  ask: Ask,
): Promise<Finding | null> {
  const looks = await Promise.all(
    servers.map(async (server) => ({ server, stale: await staleAt(server, record, ask) })),
  );
  const heard = looks.flatMap(({ server, stale }) => (stale === 'silent' ? [] : [{ server, stale }]));
  const verdict = agreement(heard, ({ stale }) => stale.length === 0);
  if (verdict === 'right') return null;
  const detail = heard
    .filter(({ stale }) => stale.length > 0)
    .map(({ server, stale }) => `${server.name} sees ${stale.join(', ')}`)
    .join('; ');
  return {
    level: verdict === 'spreading' ? 'warning' : 'failure',
    title: `AAAA record of ${record.host}`,
    detail: `${detail}, which is not where the service runs`,
    fix:
      verdict === 'spreading'
        ? 'It is gone from some servers already, and the others forget it within its TTL.'
        : `Remove the AAAA record of ${record.host}: visitors over IPv6 reach another server.`,
  };
}

/** The addresses of IPv6 that one server has and that are not the place's, nor those of a proxy that IPv4 visitors meet, too. */
async function staleAt(
  server: NameServer,
  { type, host, value }: DnsRecord,
  ask: Ask,
): Promise<readonly string[] | 'silent'> {
  const mine = await ask(server, host, 'AAAA');
  if ('failed' in mine) return 'silent';
  if (mine.values.length === 0) return [];
  const theirs = type === 'A' ? { values: [] } : await ask(server, value, 'AAAA');
  if ('values' in theirs && mine.values.every((address) => theirs.values.includes(address))) return [];
  const proxy = proxyAt(mine.values);
  return proxy && (await isBehind(proxy, server, host, ask)) ? [] : mine.values;
}

async function isBehind(proxy: EdgeProxy, server: NameServer, host: string, ask: Ask): Promise<boolean> {
  const answer = await ask(server, host, 'A');
  return 'values' in answer && proxyAt(answer.values) === proxy;
}
