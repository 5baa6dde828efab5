import type { Finding } from '../model/finding.ts';
import type { DnsRecord, ObservedDomain } from '../model/observed.ts';
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
  for (const server of servers) {
    const mine = await ask(server, record.host, 'AAAA');
    if ('failed' in mine || mine.values.length === 0) continue;
    const theirs = record.type === 'A' ? { values: [] } : await ask(server, record.value, 'AAAA');
    if ('values' in theirs && mine.values.every((value) => theirs.values.includes(value))) continue;
    const proxy = proxyAt(mine.values);
    if (proxy && (await isBehind(proxy, server, record.host, ask))) continue;
    return {
      level: 'failure',
      title: `AAAA record of ${record.host}`,
      detail: `${server.name} sees ${mine.values.join(', ')}, which is not where the service runs`,
      fix: `Remove the AAAA record of ${record.host}: visitors over IPv6 reach another server.`,
    };
  }
  return null;
}

async function isBehind(proxy: EdgeProxy, server: NameServer, host: string, ask: Ask): Promise<boolean> {
  const answer = await ask(server, host, 'A');
  return 'values' in answer && proxyAt(answer.values) === proxy;
}
