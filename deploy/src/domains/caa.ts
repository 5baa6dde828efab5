import type { Finding } from '../model/finding.ts';
import { agreement } from './agreement.ts';
import type { NameServer } from './name-server.ts';
import { canonical } from './names.ts';
import type { Ask } from './resolvers.ts';

/** The authorities from which the platforms get certificates, as CAA records name them. */
const certificateAuthorities = ['letsencrypt.org', 'pki.goog'];

/** The records that decide, and the name that has them. */
interface Deciding {
  readonly name: string;
  readonly records: readonly string[];
}

/** What CAA says of our authorities. `conditions`: yes, for whom it describes; only the place knows whether that is it. */
type Word = 'allows' | 'conditions' | 'forbids';

/**
 * Whether an authority may issue a certificate for the host (RFC 8659). Null when one may. `more`: authorities of a proxy before the place.
 */
export async function checkCaa(
  host: string,
  servers: readonly NameServer[],
  ask: Ask,
  more: readonly string[] = [],
): Promise<Finding | null> {
  const authorities = [...certificateAuthorities, ...more];
  const answers = await Promise.all(
    servers.map(async (server) => ({ server, deciding: await decidingAt(server, host, ask) })),
  );
  const failed = answers.flatMap(({ server, deciding }) =>
    deciding !== null && 'failed' in deciding ? [`${server.name}: ${deciding.failed}`] : [],
  );
  const heard = answers.flatMap(({ server, deciding }) =>
    deciding !== null && 'failed' in deciding ? [] : [{ server, deciding, ...wordOf(deciding, authorities) }],
  );
  if (heard.length === 0)
    return failed.some((each) => each.endsWith('ESERVFAIL')) ? unasked(host, failed) : null;
  const verdict = agreement(heard, ({ word }) => word !== 'forbids');
  const telling =
    heard.find(({ word }) => word === 'forbids') ?? heard.find(({ word }) => word === 'conditions');
  if (telling?.deciding == null) return null;
  const { name } = telling.deciding;
  const title = `CAA record of ${name}`;
  const fix = `Add CAA ${name} → 0 issue "letsencrypt.org", or no certificate can be issued for ${host}.`;
  if (verdict === 'right')
    return {
      level: 'warning',
      title,
      detail: telling.why,
      fix: `Only the platform knows whether that is so: if no certificate comes, add CAA ${name} → 0 issue "letsencrypt.org" without conditions.`,
    };
  if (verdict === 'wrong') return { level: 'failure', title, detail: telling.why, fix };
  const seeing = heard.filter(({ word }) => word === 'forbids').map(({ server }) => server.name);
  return {
    level: 'warning',
    title,
    detail: `${seeing.join(', ')}: ${telling.why}; others do not see that`,
    fix,
  };
}

/** The nearest name above the host that has any CAA record decides; an alias is followed, not climbed (§3). Null: there is none. */
async function decidingAt(
  server: NameServer,
  host: string,
  ask: Ask,
): Promise<Deciding | null | { readonly failed: string }> {
  const labels = canonical(host).split('.');
  for (let at = 0; at < labels.length; at++) {
    const name = labels.slice(at).join('.');
    const answer = await ask(server, name, 'CAA');
    if ('failed' in answer) return answer;
    if (answer.values.length > 0) return { name, records: answer.values };
  }
  return null;
}

interface Property {
  readonly critical: boolean;
  readonly tag: string;
  readonly value: string;
}

/** Properties that an authority knows (RFC 8659 §4, RFC 9495, RFC 8657). */
const known = ['issue', 'issuewild', 'iodef', 'issuemail', 'contactemail', 'contactphone'];

function wordOf(
  deciding: Deciding | null,
  authorities: readonly string[],
): { readonly word: Word; readonly why: string } {
  if (deciding === null) return { word: 'allows', why: '' };
  const properties = deciding.records.map(propertyOf);
  const strange = properties.find(({ critical, tag }) => critical && !known.includes(tag));
  if (strange)
    return {
      word: 'forbids',
      why: `has the critical property ${strange.tag}, which authorities do not know`,
    };
  const issue = properties.filter(({ tag }) => tag === 'issue').map(({ value }) => issuerOf(value));
  // Only `issue` speaks of single names: without it, nothing is forbidden (§4.2).
  if (issue.length === 0) return { word: 'allows', why: '' };
  const ours = issue.filter(({ issuer }) => authorities.includes(issuer));
  if (ours.some(({ conditions }) => conditions === '')) return { word: 'allows', why: '' };
  if (ours.length > 0)
    return {
      word: 'conditions',
      why: `allows ${ours.map(({ issuer, conditions }) => `${issuer} with ${conditions}`).join(', ')}`,
    };
  const others = issue.map(({ issuer }) => issuer).filter(Boolean);
  return {
    word: 'forbids',
    why: others.length > 0 ? `allows only ${others.join(', ')}` : 'allows no authority',
  };
}

function propertyOf(record: string): Property {
  const [, flags = '0', tag = '', value = ''] = /^(\d+) (\S+) "(.*)"$/s.exec(record) ?? [];
  return { critical: (Number(flags) & 128) !== 0, tag: tag.toLowerCase(), value };
}

/** `letsencrypt.org; accounturi=…`: the authority, blank for none, and what goes with it. */
function issuerOf(value: string): { readonly issuer: string; readonly conditions: string } {
  const [issuer = '', ...conditions] = value.split(';');
  return {
    issuer: canonical(issuer.trim()),
    conditions: conditions
      .map((each) => each.trim())
      .filter(Boolean)
      .join('; '),
  };
}

const unasked = (host: string, failed: readonly string[]): Finding => ({
  level: 'warning',
  title: `CAA record of ${host}`,
  detail: `cannot be asked for (${failed.join(', ')}); an authority that gets no answer issues no certificate`,
  fix: 'Ask the DNS provider why its servers fail on CAA (type 257), often DNSSEC or an old server.',
});
