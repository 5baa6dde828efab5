import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Where } from './handshake.ts';

/** Redirects that are followed; browsers give up after 20. */
const most = 10;

/** One answer on the way of a visitor. */
export interface Hop {
  readonly url: URL;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Where it leads; null where it does not. */
  readonly to: URL | null;
  /** Address that gave it. */
  readonly address: string;
}

/** How a visitor fares: every answer, and why there is no last one that leads nowhere else. */
export interface Visit {
  readonly hops: readonly Hop[];
  /** Left out when the last hop is the answer. */
  readonly problem?: string;
  /** The redirects come back to where they were. */
  readonly circle?: true;
}

/**
 * Follows an address as a browser does that keeps no cookies, until an answer leads nowhere else, or to where `enough` says so.
 * Never rejects: what goes wrong is in the visit.
 */
export async function visit(
  from: string,
  where: Where,
  enough: (url: URL) => boolean = () => false,
): Promise<Visit> {
  const hops: Hop[] = [];
  let url = new URL(from);
  for (;;) {
    try {
      hops.push(await get(url, where));
    } catch (error) {
      return { hops, problem: `${hops.length > 0 ? `${url.host}: ` : ''}${(error as Error).message}` };
    }
    const { to } = hops.at(-1)!;
    if (to === null || enough(to)) return { hops };
    if (to.protocol !== 'http:' && to.protocol !== 'https:')
      return { hops, problem: `leads to ${to.href}, which is no web address` };
    if (hops.some((hop) => hop.url.href === to.href))
      return { hops, circle: true, problem: `redirects in a circle: ${wayOf(hops)}` };
    if (hops.length > most)
      return { hops, problem: `more than ${most} redirects: ${wayOf(hops.slice(0, 4))} …` };
    url = to;
  }
}

/** Every address with the status that leads on: `https://a/ → 301 https://b/`. */
export const wayOf = (hops: readonly Hop[]): string =>
  [
    hops[0]!.url.href,
    ...hops.flatMap(({ status, to }) => (to === null ? [] : [`${status} ${to.href}`])),
  ].join(' → ');

function get(url: URL, where: Where): Promise<Hop> {
  const { promise, resolve, reject } = Promise.withResolvers<Hop>();
  const secure = url.protocol === 'https:';
  const usual = secure ? where.httpsPort : where.httpPort;
  const request = (secure ? httpsRequest : httpRequest)({
    host: where.address ?? url.hostname,
    port: url.port || usual || (secure ? 443 : 80),
    path: url.pathname + url.search,
    headers: { host: url.host, accept: 'text/html,*/*', 'user-agent': 'conductor' },
    servername: url.hostname,
    agent: false,
    timeout: where.timeout ?? 5_000,
    ...(where.ca === undefined ? {} : { ca: where.ca }),
    ...(where.lookup === undefined ? {} : { lookup: where.lookup }),
  });
  request.once('timeout', () => request.destroy(new Error('no answer in time')));
  // After the answer, too: it is not read to its end.
  request.on('error', reject);
  request.once('response', (message) => {
    const { statusCode: status = 0, headers, socket } = message;
    const location = status >= 300 && status < 400 ? headers.location : undefined;
    const to = location === undefined ? null : URL.parse(location, url.href);
    resolve({ url, status, headers, to, address: socket.remoteAddress ?? '' });
    message.destroy();
  });
  request.end();
  return promise;
}
