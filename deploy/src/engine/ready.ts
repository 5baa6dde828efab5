import type { CheckResult } from '../checks/run-checks.ts';
import type { Reporter } from '../environment/reporter.ts';
import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import type { Known } from './check-context.ts';

/**
 * Asks the environment's checks.
 * @throws {ConductorError} `checks.failed` (exit 3) with each required one that failed; nothing was changed.
 */
export async function askChecks(
  session: Session,
  known: Known,
  { reporter, interrupt }: { readonly reporter: Reporter; readonly interrupt: AbortSignal },
): Promise<void> {
  // Nothing to ask: then not even the checks have to be read.
  if (session.environment.checks.only?.length === 0) return;
  const [{ checksAfter, checksBefore, assertKnownChecks, blocking, runChecks }, { checkContext }] =
    await Promise.all([import('../checks/index.ts'), import('./check-context.ts')]);
  const selection = session.environment.checks;
  assertKnownChecks([...checksBefore, ...checksAfter], selection);
  reporter.begin({ id: 'check', title: 'Check that it is ready to be deployed' });
  const results = await runChecks(checksBefore, await checkContext(session, { known }), {
    ...selection,
    signal: interrupt,
    onEvent: (event) => {
      if (event.state === 'answered' && event.finding.level !== 'ok')
        reporter.progress(event.check.id, describe(event));
    },
  });
  const failed = blocking(results);
  if (failed.length === 0) return reporter.end('done');
  reporter.end('failed');
  throw new ConductorError({
    code: 'checks.failed',
    message: failed.map(describe).join('\n'),
    hint: 'Fix what it says and run the command again; nothing was changed.',
    exit: exitCode.checksFailed,
  });
}

const describe = ({ finding: { title, detail, fix } }: CheckResult & { state: 'answered' }): string =>
  [`Not met: ${title}`, detail, fix].flatMap((part) => part?.replace(/\.+$/, '') || []).join('. ');
