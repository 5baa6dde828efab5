import type { LookupAddress } from 'node:dns';
import { isIPv6, type LookupFunction } from 'node:net';
import type { NameServer } from './name-server.ts';
import type { Ask } from './resolvers.ts';

/** Aliases followed, for a server that does not do it itself. */
const longestChain = 8;

/** Finds the addresses of names by one name server, so that the site is visited as those see it who use that server. */
export const lookupBy =
  (server: NameServer, ask: Ask): LookupFunction =>
  (host, options, done) => {
    addressesOf(host, server, ask).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined) done(new Error(`${server.name} knows no address of ${host}`), '', 0);
        else if (options.all) done(null, addresses);
        else done(null, first.address, first.family);
      },
      (error: Error) => done(error, '', 0),
    );
  };

async function addressesOf(host: string, server: NameServer, ask: Ask): Promise<LookupAddress[]> {
  let name = host;
  for (let links = 0; links < longestChain; links++) {
    const answers = await Promise.all([ask(server, name, 'A'), ask(server, name, 'AAAA')]);
    const addresses = answers.flatMap((answer) => ('values' in answer ? answer.values : []));
    if (addresses.length > 0)
      return addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
    const silent = answers.find((answer) => 'failed' in answer);
    if (silent) throw new Error(`${server.name} does not answer for ${name}: ${silent.failed}`);
    const alias = await ask(server, name, 'CNAME');
    const next = 'values' in alias ? alias.values[0] : undefined;
    if (next === undefined) return [];
    name = next;
  }
  return [];
}
