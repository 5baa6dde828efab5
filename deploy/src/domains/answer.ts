import type { Finding } from '../model/finding.ts';
import { partnerOf } from './names.ts';
import { type EdgeProxy, proxyOf } from './proxies.ts';
import type { Visit } from './visit.ts';

/** Who answers visitors: the environment's release, nobody can tell, or something else (or nothing). */
export type Standing = 'ours' | 'unseen' | 'other';

/** What visitors of a host get. */
export interface Answer {
  readonly finding: Finding;
  readonly standing: Standing;
  /** Address that answered first. */
  readonly address?: string;
  /** The proxy that it came through, by its headers. */
  readonly proxy?: EdgeProxy;
}

/**
 * Judges the visit of a host: the last answer must be good, and come from one of `versions`; of a release that is known to name no version
 * (`nameless`) an answer without one cannot be told from another application's. A release that sends its visitors on to
 * another site is seen by the redirect that it gave.
 */
export function judgeAnswer(
  host: string,
  { hops, problem, circle }: Visit,
  { versions, nameless }: { readonly versions: readonly string[]; readonly nameless: boolean },
  hosts: readonly string[],
): Answer {
  const title = `Answer of ${host}`;
  const own = [host, partnerOf(host), ...hosts];
  const fromOwn = hops.filter(({ url }) => own.includes(url.hostname));
  const proxy = fromOwn.map(({ headers }) => proxyOf(headers)).find((each) => each !== undefined);
  const release = fromOwn.at(-1)?.headers['x-release'];
  const seen = {
    ...(hops[0] && { address: hops[0].address }),
    ...(proxy && { proxy }),
  };
  const bad = (detail: string, fix: string): Answer => ({
    finding: { level: 'failure', title, detail, fix },
    standing: 'other',
    ...seen,
  });
  const unseen = (detail: string, fix: string): Answer => ({
    finding: { level: 'warning', title, detail, fix },
    standing: 'unseen',
    ...seen,
  });

  if (circle) return bad(problem!, circleFix);
  if (problem !== undefined)
    return bad(problem, 'See the findings on the records and the certificate first.');

  const last = hops.at(-1)!;
  const at = last.url.hostname === host ? '' : `${last.url.hostname} `;
  const by = release === undefined ? '' : ` (X-Release: ${release})`;
  const { status } = last;
  const trouble = proxy?.trouble[status];
  if (trouble !== undefined) return bad(`${proxy!.name} answers ${status}: ${trouble}`, proxy!.fix);
  if (last.headers['cf-mitigated'] === 'challenge')
    return unseen(
      'cannot be seen: Cloudflare asks who visits to prove to be a person',
      'Look with a browser, or let this machine pass in Cloudflare’s security rules.',
    );
  if (status === 401)
    return unseen(
      `${at}asks for a password (401), so what is behind it cannot be seen`,
      'Look with a browser, or take the password off once the site is to be public.',
    );
  if (status < 200 || status > 299)
    return bad(
      `${at}answers ${status} to ${last.url.pathname}${by}`,
      release === undefined
        ? 'The records may lead to the wrong platform, or the platform may not know the host: see the records above and the state of the service.'
        : 'The application itself answers so: see its logs.',
    );
  if (versions.length === 0)
    return unseen(
      `${at}answers ${status}${by}; whether that is ours cannot be seen, because nothing is known to be live`,
      'Deploy first: then its version is looked for in X-Release.',
    );
  const wanted = versions.join(' or ');
  if (release === undefined && nameless)
    return unseen(
      `${at}answers ${status} without X-Release, as ${wanted} does; whether it is ours cannot be seen`,
      'To have it seen, send the value of CONDUCTOR_RELEASE with every answer, as X-Release.',
    );
  if (release === undefined)
    return bad(
      `${at}answers ${status} without X-Release, with which ${wanted} was seen: it is another application`,
      'Let the records lead to what is printed above, and let no proxy take X-Release off.',
    );
  if (!versions.includes(String(release)))
    return bad(
      `${at}answers from ${release}, and ${wanted} is live`,
      'The records lead to another environment or an earlier place, or a proxy keeps old answers: empty its cache.',
    );
  const through = proxy ? ` through ${proxy.name}` : '';
  return {
    finding: { level: 'ok', title, detail: `${at}answers ${status} from ${release}${through}` },
    standing: 'ours',
    ...seen,
  };
}

const circleFix =
  'Let one name answer and the others lead to it. Behind Cloudflare’s proxy: SSL/TLS, mode Full, since with Flexible the platform sends each request back to HTTPS.';
