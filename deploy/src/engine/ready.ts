import { ConductorError, exitCode } from '../errors.ts';
import type { Finding } from '../targets/target.ts';
import { interruptedDeploy } from './journal.ts';
import type { Reporter } from './reporter.ts';
import type { Session } from './session.ts';

/**
 * Looks whether an environment can be changed now: nothing half done is in the way, and the target says that it is ready.
 * @throws {ConductorError} `deploy.interrupted` (exit 7) or `checks.failed` (exit 3); nothing was changed.
 */
export async function ready(session: Session, reporter: Reporter): Promise<void> {
  await refuseInterrupted(session);
  reporter.begin({ id: 'check', title: `${session.target.name} is ready` });
  const findings = await session.target.check();
  const failures = findings.filter(({ level }) => level === 'failure');
  for (const finding of findings) if (finding.level === 'warning') reporter.progress(null, describe(finding));
  if (failures.length === 0) return reporter.end('done');
  reporter.end('failed');
  throw new ConductorError({
    code: 'checks.failed',
    message: failures.map(describe).join('\n'),
    hint: 'Mend what it says and run the command again; nothing was changed.',
    exit: exitCode.checksFailed,
  });
}

const describe = ({ title, detail, fix }: Finding): string =>
  [title, detail, fix].filter((part) => part !== undefined).join('. ');

/**
 * An interrupted deploy must be ended before anything else changes the environment. While its process still lives, the lock says so
 * better than this can.
 */
async function refuseInterrupted({ folders, ledger, name }: Session): Promise<void> {
  const interrupted = await interruptedDeploy(folders.journal);
  if (!interrupted || (await ledger.holder())) return;
  const { kind, version, since, current } = interrupted;
  throw new ConductorError({
    code: 'deploy.interrupted',
    message: `A ${kind} of ${version} begun at ${since} was interrupted ${current ? `in the step "${current.title}"` : 'between two steps'}.`,
    hint: `End it first: conductor resume ${name}, or conductor abort ${name}`,
    exit: exitCode.unknown,
  });
}
