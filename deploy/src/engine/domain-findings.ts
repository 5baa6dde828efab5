import { type DomainOptions, inspectDomain } from '../domains/domain.ts';
import type { Session } from '../environment/session.ts';
import type { History } from '../ledger/history.ts';
import type { Finding } from '../model/finding.ts';
import type { Observed } from '../model/observed.ts';
import { servingOf } from './serving.ts';

/** What the domains are found to be before a deploy; null where there are none. Rejects with why the place could not be asked. */
export function domainFindings(
  session: Pick<Session, 'desired' | 'environment'>,
  observed: Pick<Observed, 'domains'> | Error,
  history: Pick<History, 'serving' | 'deploys'>,
  options: DomainOptions = {},
): (() => Promise<Finding[]>) | null {
  if (observed instanceof Error) {
    if (Object.keys(session.environment.domains).length === 0) return null;
    return () => Promise.reject(observed);
  }
  if (observed.domains.length === 0) return null;
  return async () => {
    const judged = { ...options, serving: servingOf(session, history), deployAhead: true };
    const reports = await Promise.all(
      observed.domains.map(async (domain) => {
        const { findings } = await inspectDomain(domain, judged);
        return domain.certificate === 'pending' ? findings.map(ahead) : findings;
      }),
    );
    return reports.flat();
  };
}

/** Of a domain that the place does not serve yet: no visitor comes that way, so nothing of it stands in a deploy's way. */
const ahead = (finding: Finding): Finding =>
  finding.level === 'failure' ? { ...finding, level: 'warning' } : finding;
