import type { Observed } from '../model/observed.ts';
import { type DomainOptions, type DomainReport, inspectDomain } from './domain.ts';

/**
 * Every domain that an environment is to have: what the place asks for, and how it is seen from outside. One that the place does
 * not know yet is a failure that says so, because nobody can tell its records before.
 */
export async function surveyDomains(
  wanted: Readonly<Record<string, readonly string[]>>,
  observed: Pick<Observed, 'domains'>,
  options: DomainOptions = {},
): Promise<DomainReport[]> {
  const hosts = Object.entries(wanted).flatMap(([service, all]) => all.map((host) => ({ host, service })));
  return Promise.all(
    hosts.map(async ({ host, service }) => {
      const known = observed.domains.find((domain) => domain.host === host);
      return known ? inspectDomain(known, options) : unknownThere(host, service);
    }),
  );
}

const unknownThere = (host: string, service: string): DomainReport => ({
  host,
  service,
  records: [],
  findings: [
    {
      level: 'failure',
      title: `${host} at the target`,
      detail: 'it is not given to the service yet, so its records are not known',
      fix: 'Deploy: that gives the domain to the service. Then run this again.',
    },
  ],
});

/** Nothing is in a visitor's way; warnings may be left. */
export const isGood = (reports: readonly DomainReport[]): boolean =>
  reports.every(({ findings }) => findings.every(({ level }) => level !== 'failure'));
