import type { Finding } from '../model/finding.ts';
import type { ObservedDomain } from '../model/observed.ts';
import { checkCertificate } from './certificate.ts';
import type { Where } from './handshake.ts';
import { checkPublished } from './published.ts';
import { type Ask, askOverNetwork, type NameServer, publicNameServers } from './resolvers.ts';
import { checkWeb } from './web.ts';

export interface DomainReport {
  readonly host: string;
  readonly service: string;
  /** What to publish, as the place asks for it. */
  readonly records: ObservedDomain['records'];
  readonly findings: readonly Finding[];
}

export interface DomainOptions {
  readonly where?: Where;
  readonly servers?: readonly NameServer[];
  readonly ask?: Ask;
  readonly now?: Date;
}

/** Everything that stands between a visitor and the service on this domain: DNS, certificate, TLS, redirects, headers. */
export async function inspectDomain(
  domain: ObservedDomain,
  options: DomainOptions = {},
): Promise<DomainReport> {
  const { where = {}, servers = publicNameServers, ask = askOverNetwork(), now = new Date() } = options;
  const [published, certificate, web] = await Promise.all([
    checkPublished(domain, servers, ask),
    checkCertificate(domain.host, where, now),
    checkWeb(domain.host, where),
  ]);
  const { host, service, records } = domain;
  return { host, service, records, findings: [...published, ...certificate, ...web] };
}
