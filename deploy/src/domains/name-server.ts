import { isIPv4, isIPv6 } from 'node:net';

/** A DNS server that is asked, beside others, since what one has cached another may not have seen yet. */
export interface NameServer {
  /** For people: `1.1.1.1 (Cloudflare)`. */
  readonly name: string;
  /** `address` or `address:port`; none: the machine's own. */
  readonly address?: string;
  /** Zone of which it is one of the own servers: it is asked for nothing else. */
  readonly zone?: string;
}

/** The machine's own resolver, and two public ones: what visitors elsewhere see. */
export const publicNameServers: readonly NameServer[] = [
  { name: 'this machine' },
  { name: '1.1.1.1 (Cloudflare)', address: '1.1.1.1' },
  { name: '8.8.8.8 (Google)', address: '8.8.8.8' },
];

/**
 * A name server that a person names: `1.1.1.1`, `127.0.0.1:5353`, `2606:4700:4700::1111` or `[::1]:5353`.
 * @throws {Error} with a message that follows what was given.
 */
export function nameServerAt(given: string): NameServer {
  const [, six, portOfSix] = /^\[(.+)\](?::(\d+))?$/.exec(given) ?? [];
  const [, four, portOfFour] = /^([^:]+)(?::(\d+))?$/.exec(given) ?? [];
  const port = Number(portOfSix ?? portOfFour ?? 53);
  const known = isIPv6(given) || isIPv6(six ?? '') || isIPv4(four ?? '');
  if (!known || port < 1 || port > 65_535)
    throw new Error('is not an address such as 1.1.1.1, 127.0.0.1:5353 or [::1]:5353');
  return { name: given, address: given };
}
