import * as dns from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { getCACertificates } from 'node:tls';
import { type Handshake, handshake, type Where } from '../../domains/handshake.ts';
import type { ObservedDomain } from '../../model/observed.ts';
import { bareServerHost } from './addresses.ts';
import type { SwarmSettings } from './index.ts';

/** How a host is found to be. */
export interface HostSeen {
  /** Of the server itself, whatever DNS says; null: it has no certificate for the host. */
  readonly shake: Handshake | null;
  /** Addresses to which DNS leads from here. */
  readonly leads: readonly string[];
  /** Addresses of the server. */
  readonly server: readonly string[];
  /** DNS leads elsewhere, and whoever is there shows a good certificate for the host: a proxy, as far as one can see. */
  readonly proxied: boolean;
}

/** Asks the server for its certificate of a host, and DNS for the way to it. */
export async function seeHost(
  host: string,
  settings: SwarmSettings,
  server: readonly string[],
  lookup: LookupFunction = dns.lookup,
): Promise<HostSeen> {
  const { roots } = settings.certificates;
  const where: Where = {
    httpsPort: settings.ports.https,
    lookup,
    ...(roots !== undefined && { ca: [...getCACertificates('default'), roots].join('\n') }),
  };
  const [shake, leads] = await Promise.all([
    handshake(host, { ...where, address: bareServerHost(settings) }).catch(() => null),
    addressesOf(host, lookup),
  ]);
  // Whoever is asked before the server has its certificate would answer for nothing.
  const elsewhere =
    shake?.problem === null && leads.length > 0 && !leads.some((address) => server.includes(address));
  const proxied = elsewhere && (await handshake(host, where).catch(() => null))?.problem === null;
  return { shake, leads, server, proxied };
}

/** Addresses to which a name leads, or the address that it is; none: it leads nowhere. */
export const addressesOf = (name: string, lookup: LookupFunction = dns.lookup): Promise<string[]> =>
  new Promise((resolve) => {
    if (isIP(name)) return resolve([name]);
    lookup(name, { all: true }, (error, found) =>
      resolve(error || !Array.isArray(found) ? [] : found.map(({ address }) => address)),
    );
  });

/** Whether visitors reach the server by the host's name, and find a certificate there that they believe. */
export const isServed = (seen: HostSeen): boolean =>
  seen.shake?.problem === null &&
  (seen.proxied || seen.leads.some((address) => seen.server.includes(address)));

/** What is so with the certificate of a host, in words. @param trouble what the edge has met last when it asked for one */
export function certificateOf(
  seen: HostSeen,
  trouble: string | undefined,
): Required<Pick<ObservedDomain, 'certificate' | 'detail'>> {
  const { shake } = seen;
  const way = wayOf(seen);
  if (shake === null)
    return {
      certificate: 'pending',
      detail: way ?? `no certificate yet${trouble === undefined ? '' : `: ${trouble}`}`,
    };
  const day = shake.validTo.toISOString().slice(0, 10);
  const words = `certificate from ${shake.issuer} until ${day}`;
  // That of an authority for trying, say.
  if (shake.problem !== null)
    return { certificate: 'pending', detail: `${words}, which is not trusted (${shake.problem})` };
  return { certificate: 'valid', detail: way === null ? words : `${words}; but it ${way}` };
}

/** Where DNS leads, if not to the server. */
function wayOf({ leads, server, proxied }: HostSeen): string | null {
  if (proxied || leads.some((address) => server.includes(address))) return null;
  const here = server.join(', ') || 'the server';
  return leads.length === 0
    ? `is not in DNS as seen from here, and has to lead to ${here}`
    : `leads to ${leads.join(', ')}, and has to lead to ${here}`;
}
