import type { IncomingHttpHeaders } from 'node:http';
import type { Finding } from '../model/finding.ts';
import type { ObservedDomain } from '../model/observed.ts';
import { type Answer, judgeAnswer } from './answer.ts';
import type { Where } from './handshake.ts';
import { kindOf, partnerOf } from './names.ts';
import type { Serving } from './serving.ts';
import { type Hop, type Visit, visit, wayOf } from './visit.ts';

/** Seconds of HSTS from which SSL Labs gives an A+ (180 days); a year is what the preload list asks for. */
const hstsForAPlus = 15_552_000;

/** A path that a redirect must keep, with a query. */
const sample = '/a/path?of=a-visitor';

/** What a visitor's browser meets on a host. */
export interface Web {
  readonly answer: Answer;
  /** What the place or a proxy answers before the release is asked. */
  readonly before: readonly Finding[];
  /** What the release that serves answers: deploying another one is what fixes it. */
  readonly release: readonly Finding[];
}

/**
 * Follows a visitor: HTTP leads to HTTPS; the host answers itself, or leads to its partner with or without `www.`, whichever of the
 * two is the main name; the answer is the environment's release, with the security headers.
 */
export async function checkWeb(
  { host, service, ports }: Pick<ObservedDomain, 'host' | 'service' | 'ports'>,
  { versions, nameless, paths, hosts }: Serving,
  where: Where,
): Promise<Web> {
  const own = hosts[service] ?? [];
  const path = paths[service] ?? '/';
  const [main, http] = await Promise.all([
    visit(`https://${host}${path}`, where),
    visit(`http://${host}${sample}`, where, ({ protocol }) => protocol === 'https:'),
  ]);
  const answer = judgeAnswer(host, main, { versions, nameless: nameless.includes(service) }, own);
  const before = [httpFinding(host, http)];
  const release = [answer.finding];
  const partner = partnerOf(host);
  // In a circle neither is the main name; that is said of the answer.
  if (main.circle) return { answer, before, release };
  if (main.hops[0]?.to?.hostname === partner) {
    release.push(await partnerFinding(host, own, where));
    return { answer, before, release };
  }
  if (main.problem !== undefined || main.hops.at(-1)!.status > 299) return { answer, before, release };
  // A page may send on to another site, whose headers are its own.
  const last = main.hops.findLast(({ url }) => url.hostname === host)!;
  const double = await doubleFinding(host, path, last, own, where);
  if (double) release.push(double);
  // Where one port is not the usual one it would lead browsers past it (RFC 6797 §8.3).
  if (!ports) release.push(hstsFinding(host, last.headers));
  release.push(headersFinding(host, last.headers));
  return { answer, before, release };
}

const keepsPath = ({ pathname, search }: URL) => pathname + search === sample;
const permanent = ({ status }: Hop) => status === 301 || status === 308;

function httpFinding(host: string, { hops, problem }: Visit): Finding {
  const title = `HTTP → HTTPS on ${host}`;
  const fix = `Answer 301 or 308 with Location: https://${host}${sample}`;
  const failure = (detail: string): Finding => ({ level: 'failure', title, detail, fix });
  const last = hops.at(-1);
  if (problem !== undefined || last === undefined) return failure(problem ?? 'no answer');
  if (last.to === null) return failure(`answers ${last.status} without a redirect`);
  const known = [host, partnerOf(host)].includes(last.to.hostname);
  if (!known || !keepsPath(last.to)) return failure(`leads to ${last.to.href}; path and query must be kept`);
  const passing = hops.find((hop) => !permanent(hop));
  if (passing)
    return {
      level: 'warning',
      title,
      detail: `${passing.status} is temporary: browsers ask again each time`,
      fix,
    };
  if (hops.length > 1)
    return { level: 'warning', title, detail: `takes ${hops.length} redirects: ${wayOf(hops)}`, fix };
  return { level: 'ok', title, detail: String(last.status) };
}

const partnerTitle = (host: string) => `${kindOf(host)} → ${kindOf(partnerOf(host))} on ${host}`;

/** The host leads to its partner, which is the main name then: for good, with path and query. */
async function partnerFinding(host: string, own: readonly string[], where: Where): Promise<Finding> {
  const title = partnerTitle(host);
  const partner = partnerOf(host);
  const fix = `Answer 301 or 308 with Location: https://${partner}${sample}`;
  const { hops, problem } = await visit(`https://${host}${sample}`, where, () => true);
  const [hop] = hops;
  if (hop === undefined) return { level: 'failure', title, detail: problem ?? 'no answer', fix };
  if (hop.to?.hostname !== partner || hop.to.protocol !== 'https:' || !keepsPath(hop.to))
    return {
      level: 'failure',
      title,
      detail: `leads to ${hop.to?.href ?? `nothing (${hop.status})`}; path and query must be kept`,
      fix,
    };
  if (!permanent(hop))
    return {
      level: 'warning',
      title,
      detail: `${hop.status} is temporary: browsers ask again each time`,
      fix,
    };
  const order = [own.indexOf(host), own.indexOf(partner)] as const;
  if (order[0] !== -1 && order[0] < order[1])
    return {
      level: 'warning',
      title,
      detail: `${hop.status}; the config names ${host} first, so every link of ours takes this redirect`,
      fix: `Name ${partner} first under \`domains\`, or let it lead to ${host}.`,
    };
  return { level: 'ok', title, detail: String(hop.status) };
}

/** Null unless the partner answers with the same application, too: then the site has two addresses, and this is not the main one. */
async function doubleFinding(
  host: string,
  path: string,
  last: Hop,
  own: readonly string[],
  where: Where,
): Promise<Finding | null> {
  const partner = partnerOf(host);
  const order = [own.indexOf(host), own.indexOf(partner)] as const;
  if (order[1] === -1 || order[0] < order[1]) return null;
  const { hops, problem } = await visit(`https://${partner}${path}`, where);
  const other = hops.at(-1);
  if (problem !== undefined || other?.url.hostname !== partner || other.status > 299) return null;
  return {
    level: 'failure',
    title: partnerTitle(host),
    detail: `answers ${last.status} without a redirect, and so does ${partner}`,
    fix: `Answer 301 or 308 with Location: https://${partner}${sample}`,
  };
}

function hstsFinding(host: string, headers: IncomingHttpHeaders): Finding {
  const title = `HSTS of ${host}`;
  const value = headers['strict-transport-security'];
  const seconds = Number(/max-age=(\d+)/i.exec(value ?? '')?.[1] ?? Number.NaN);
  if (seconds >= hstsForAPlus) return { level: 'ok', title, detail: value ?? '' };
  return {
    level: 'failure',
    title,
    detail: value ?? 'missing',
    fix: 'Send Strict-Transport-Security: max-age=31536000; includeSubDomains.',
  };
}

function headersFinding(host: string, headers: IncomingHttpHeaders): Finding {
  const title = `Security headers of ${host}`;
  const wanted = [
    ['content-security-policy', /./],
    ['x-content-type-options', /nosniff/i],
    ['referrer-policy', /./],
  ] as const;
  const missing = wanted.flatMap(([name, pattern]) =>
    pattern.test(String(headers[name] ?? '')) ? [] : [name],
  );
  return missing.length === 0
    ? { level: 'ok', title }
    : {
        level: 'failure',
        title,
        detail: `missing: ${missing.join(', ')}`,
        fix: 'Send them with every page.',
      };
}
