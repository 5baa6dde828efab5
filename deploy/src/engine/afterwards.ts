import type { Reporter } from '../environment/reporter.ts';
import type { Session } from '../environment/session.ts';
import type { Delivery } from '../notify/index.ts';
import type { Outcome } from './outcome.ts';

interface Afterwards {
  readonly deliveries: readonly Delivery[];
  readonly reporter: Reporter;
  readonly interrupt: AbortSignal;
}

/**
 * Asks the checks that belong after a deploy, and tells what they found. The verdict stays what it is: whether a finding is worth
 * a rollback is a person's decision.
 */
export async function lookAfterwards(
  session: Session,
  outcome: Outcome,
  { deliveries, reporter, interrupt }: Afterwards,
): Promise<void> {
  const { version, previous, seconds, observed } = outcome;
  const { only, off } = session.environment.checks;
  if (only?.length === 0) return;
  const [{ checksAfter, runChecks }, { checkContext }] = await Promise.all([
    import('../checks/index.ts'),
    import('./check-context.ts'),
  ]);
  const none = checksAfter.every(({ id }) => off.includes(id) || (only && !only.includes(id)));
  if (interrupt.aborted || none) return;
  reporter.begin({ id: 'afterwards', title: 'Run the checks after the deploy' });
  const at = new Date(Date.now() - seconds * 1000);
  try {
    const context = await checkContext(session, {
      known: { history: await session.ledger.history(), observed },
      cutover: { version, previous, at, deliveries },
    });
    const results = await runChecks(checksAfter, context, { only, off, signal: interrupt });
    const findings = results.flatMap((each) => (each.state === 'answered' ? [each.finding] : []));
    const wrong = findings.filter(({ level }) => level !== 'ok');
    for (const { title, detail, fix } of wrong) {
      reporter.note(`! Not met: ${title}. ${[detail, fix].filter(Boolean).join('\n  ')}`);
    }
    reporter.end(
      'done',
      wrong.length === 0 ? `${findings.length} checks` : `${wrong.length} of ${findings.length} to look at`,
    );
  } catch (error) {
    reporter.end('failed', error instanceof Error ? error.message : String(error));
  }
}
