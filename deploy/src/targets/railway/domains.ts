import type { DnsRecord, ObservedDomain } from '../../model/observed.ts';
import { PlatformRefusal } from '../refusal.ts';
import { port } from '../variables.ts';
import type { Place } from './account.ts';
import type { Api } from './api.ts';
import type { RailwayService } from './environment.ts';
import { type CustomDomain, operations } from './operations.ts';

const certificates: Readonly<Record<string, ObservedDomain['certificate']>> = {
  CERTIFICATE_STATUS_TYPE_VALIDATING_OWNERSHIP: 'pending',
  CERTIFICATE_STATUS_TYPE_ISSUING: 'pending',
  CERTIFICATE_STATUS_TYPE_VALID: 'valid',
  CERTIFICATE_STATUS_TYPE_ISSUE_FAILED: 'failed',
};

/** It is proven to be ours, and has its certificate: Railway answers under it. */
export const isServed = ({ status }: CustomDomain): boolean =>
  status.verified && certificates[status.certificateStatus] === 'valid';

/** The domain with every record that Railway asks for, the ownership token included: without it the host answers 404. */
export function observedDomain(service: string, { domain, status }: CustomDomain): ObservedDomain {
  const records = status.dnsRecords.flatMap((record): DnsRecord[] => {
    const type = record.recordType.replace('DNS_RECORD_TYPE_', '');
    if (type !== 'CNAME' && type !== 'A' && type !== 'TXT') return [];
    return [
      {
        // Railway has no fixed addresses, so a zone's own name needs what the DNS provider has instead of a CNAME.
        type: type === 'CNAME' && record.fqdn === record.zone ? 'ALIAS' : type,
        host: record.fqdn,
        value: record.requiredValue,
        ttl: 300,
        purpose: record.purpose === 'DNS_RECORD_PURPOSE_TRAFFIC_ROUTE' ? 'traffic' : 'certificate',
      },
    ];
  });
  if (status.verificationDnsHost && status.verificationToken) {
    const zone = status.dnsRecords[0]?.zone ?? domain;
    const host = status.verificationDnsHost;
    records.push({
      type: 'TXT',
      host: host.endsWith(zone) ? host : `${host}.${zone}`,
      value: status.verificationToken,
      ttl: 300,
      purpose: 'ownership',
    });
  }
  return {
    host: domain,
    service,
    records,
    certificate: certificates[status.certificateStatus] ?? 'unknown',
    detail:
      status.certificateErrorMessage ??
      (status.verified ? status.certificateStatus : 'ownership is not proven yet'),
  };
}

/** Gives a host name to a service. Asks first whether it can be had, so that nothing is left half made. */
export async function ensureDomain(
  host: string,
  service: RailwayService,
  { api, place }: { api: Api; place: Place },
): Promise<void> {
  if (service.customDomains.some(({ domain }) => domain === host)) return;
  const { customDomainAvailable } = await api(operations.domainAvailable, { domain: host });
  if (!customDomainAvailable.available) {
    throw new PlatformRefusal('Railway', 'domain', { said: `${host}: ${customDomainAvailable.message}` });
  }
  await api(operations.createDomain, {
    input: {
      domain: host,
      projectId: place.project,
      environmentId: place.environment,
      serviceId: service.id,
      targetPort: port,
    },
  });
}

export async function removeDomain(host: string, service: RailwayService, api: Api): Promise<void> {
  const found = service.customDomains.find(({ domain }) => domain === host);
  if (found) await api(operations.deleteDomain, { id: found.id });
}
