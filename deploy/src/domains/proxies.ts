import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import { canonical } from './names.ts';
import { cloudflareRanges, fastlyRanges } from './proxy-ranges.ts';

/** A service that stands between visitors and the place: its addresses and its certificate are what they meet. */
export interface EdgeProxy {
  readonly name: string;
  /** Zones in which its own names lie, to which a CNAME may lead. */
  readonly zones: readonly string[];
  /** Authorities of its certificates, beside those of the platforms, as CAA records name them. */
  readonly authorities: readonly string[];
  /** What its own answers of trouble mean, by status. */
  readonly trouble: Readonly<Record<number, string>>;
  /** How it is told to lead on to the place. */
  readonly fix: string;
  readonly owns: (address: string) => boolean;
  readonly marks: (headers: IncomingHttpHeaders) => boolean;
}

/**
 * Cloudflare's own statuses: https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/.
 * `cf-ray` and `server: cloudflare` are on each of its answers.
 */
const cloudflare: EdgeProxy = {
  name: 'Cloudflare',
  zones: ['cdn.cloudflare.net'],
  authorities: ['ssl.com', 'digicert.com', 'sectigo.com', 'comodoca.com'],
  trouble: {
    520: 'the service answers it with what is no HTTP',
    521: 'the service refuses its connection',
    522: 'the service does not answer its connection',
    523: 'the service cannot be reached from it',
    524: 'the service takes too long to answer it',
    525: 'it agrees on no TLS with the service',
    526: 'the certificate of the service is not valid for it',
    530: 'it finds no address for the service',
  },
  fix: 'In Cloudflare’s dashboard: DNS, let the record lead to what is printed above; SSL/TLS, mode Full.',
  owns: inRanges(cloudflareRanges),
  marks: (headers) => headers['cf-ray'] !== undefined || headers.server === 'cloudflare',
};

/** `x-served-by: cache-…` is on each of Fastly's answers: https://www.fastly.com/documentation/reference/http/http-headers/X-Served-By/. */
const fastly: EdgeProxy = {
  name: 'Fastly',
  zones: ['fastly.net'],
  authorities: ['certainly.com', 'globalsign.com'],
  trouble: { 503: 'it does not reach the service' },
  fix: 'In Fastly’s service: let its host (backend) be what is printed above, with that name as the override host.',
  owns: inRanges(fastlyRanges),
  marks: (headers) =>
    /\bcache-[a-z0-9-]+/i.test(String(headers['x-served-by'] ?? '')) ||
    headers['x-fastly-request-id'] !== undefined,
};

const proxies: readonly EdgeProxy[] = [cloudflare, fastly];

/** The proxy to which all of these addresses belong; undefined when there is none. */
export const proxyAt = (addresses: readonly string[]): EdgeProxy | undefined =>
  addresses.length === 0 ? undefined : proxies.find((proxy) => addresses.every(proxy.owns));

/** The proxy to whose own name a CNAME leads. */
export const proxyNamed = (name: string): EdgeProxy | undefined =>
  proxies.find(({ zones }) => zones.some((zone) => canonical(name).endsWith(`.${zone}`)));

/** The proxy that an answer came through, by its headers. */
export const proxyOf = (headers: IncomingHttpHeaders): EdgeProxy | undefined =>
  proxies.find(({ marks }) => marks(headers));

function inRanges(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [network, prefix] = range.split('/');
    list.addSubnet(network!, Number(prefix), family(network!));
  }
  return (address) => list.check(address, family(address));
}

function family(address: string) {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
