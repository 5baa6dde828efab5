import type { Finding } from '../model/finding.ts';
import type { ObservedDomain } from '../model/observed.ts';
import { checkCertificate } from './certificate.ts';
import type { Where } from './handshake.ts';
import { type NameServer, publicNameServers } from './name-server.ts';
import { checkPublished } from './published.ts';
import { type Ask, askOverNetwork } from './resolvers.ts';
import { nothingKnown, type Serving } from './serving.ts';
import { checkWeb } from './web.ts';
import { findZone, insideZone } from './zone.ts';

export interface DomainReport {
  readonly host: string;
  readonly service: string;
  /** What to publish, as the place asks for it. */
  readonly records: ObservedDomain['records'];
  readonly findings: readonly Finding[];
}

export interface DomainOptions {
  readonly where?: Where;
  /** Name servers that are asked beside those of the zone itself. */
  readonly servers?: readonly NameServer[];
  readonly ask?: Ask;
  readonly now?: Date;
  /** By what the answers are judged. */
  readonly serving?: Serving;
  /** A deploy is about to be made: what the release that serves gets wrong is a warning, because the deploy is what fixes it. */
  readonly deployAhead?: boolean;
}

const asWarning = (finding: Finding): Finding =>
  finding.level === 'failure' ? { ...finding, level: 'warning' } : finding;

/**
 * Everything that stands between a visitor and the service on this domain: DNS, certificate, TLS, and where its answers come from.
 * What cannot be reached is a finding; it never rejects.
 */
export async function inspectDomain(
  domain: ObservedDomain,
  options: DomainOptions = {},
): Promise<DomainReport> {
  const { servers = publicNameServers, ask = askOverNetwork(), now = new Date() } = options;
  const where: Where = {
    ...options.where,
    ...(domain.ports && { httpPort: domain.ports.http, httpsPort: domain.ports.https }),
  };
  const web = checkWeb(domain, options.serving ?? nothingKnown, where);
  const zone = await findZone(domain.host, servers, ask);
  const all = [...servers, ...(zone?.servers ?? [])];
  const [published, certificate, { before, release }] = await Promise.all([
    checkPublished(
      domain,
      all,
      insideZone(ask, servers[0]),
      web.then(({ answer }) => answer),
    ),
    checkCertificate(domain.host, where, now),
    web,
  ]);
  const { host, service, records, detail } = domain;
  const lacking: Finding[] =
    detail !== undefined && (domain.certificate === 'pending' || domain.certificate === 'failed')
      ? [
          {
            level: 'failure',
            title: `Certificate of ${host} at the target`,
            detail,
            fix: 'It comes by itself once nothing is in its way.',
          },
        ]
      : [];
  return {
    host,
    service,
    records,
    findings: [
      ...published,
      ...(zone ? [zone.finding] : []),
      ...lacking,
      ...certificate,
      ...before,
      ...(options.deployAhead ? release.map(asWarning) : release),
    ],
  };
}
