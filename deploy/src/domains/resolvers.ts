import type { CaaRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import type { NameServer } from './name-server.ts';
import { canonical } from './names.ts';

/** What a name server said: values (none: the name or type does not exist), or why it said nothing. */
export type Answer = { readonly values: readonly string[] } | { readonly failed: string };

export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'TXT' | 'CAA' | 'NS';

/** Asks one question of one name server. CAA comes as it stands in a zone: `0 issue "letsencrypt.org"`. A name that does not exist has no values; it is not a failure. */
export type Ask = (server: NameServer, host: string, type: RecordType) => Promise<Answer>;

const absent = new Set(['ENODATA', 'ENOTFOUND']);

/** An {@link Ask} over the network. Each question ends within `timeout` milliseconds, tried twice. */
export function askOverNetwork(timeout = 2_000): Ask {
  const resolvers = new Map<string, Resolver>();
  const resolverOf = (server: NameServer): Resolver => {
    const key = server.address ?? '';
    let resolver = resolvers.get(key);
    if (resolver === undefined) {
      resolver = new Resolver({ timeout, tries: 2 });
      if (server.address !== undefined) resolver.setServers([server.address]);
      resolvers.set(key, resolver);
    }
    return resolver;
  };
  return async (server, host, type) => {
    try {
      return { values: await query(resolverOf(server), host, type) };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      return absent.has(code) ? { values: [] } : { failed: code };
    }
  };
}

async function query(resolver: Resolver, host: string, type: RecordType): Promise<string[]> {
  switch (type) {
    case 'A':
      return resolver.resolve4(host);
    case 'AAAA':
      return resolver.resolve6(host);
    case 'CNAME':
      return (await resolver.resolveCname(host)).map(canonical);
    case 'NS':
      return (await resolver.resolveNs(host)).map(canonical);
    // A TXT record arrives in pieces of at most 255 bytes, which belong together (RFC 7208 §3.3).
    case 'TXT':
      return (await resolver.resolveTxt(host)).map((pieces) => pieces.join(''));
    case 'CAA':
      return (await resolver.resolveCaa(host)).map(caaText);
  }
}

/** Node gives the property by its tag, beside `critical`, and in newer versions the record's `type`. */
function caaText({ critical, ...rest }: CaaRecord): string {
  const [tag, value] = Object.entries(rest).find(([name]) => name !== 'type') ?? ['', ''];
  return `${critical} ${tag} "${value}"`;
}
