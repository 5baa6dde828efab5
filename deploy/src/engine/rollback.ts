import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { isStable, releaseOf, rollbackGoal } from '../ledger/history.ts';
import type { ReleaseRecord } from '../ledger/record.ts';
import { type Attempt, runAttempt } from './attempt.ts';
import { type DeployRequest, deployId } from './deploy.ts';
import { endInterrupted } from './interrupted.ts';
import { mindMaintenance } from './maintenance.ts';
import type { Outcome } from './outcome.ts';
import { assertAdopted, planRollback } from './planning.ts';
import { telling } from './telling.ts';
import { assertWayBack, fetchRelease } from './way-back.ts';
import { withLock } from './with-lock.ts';

/** The release that a rollback goes to. */
export interface Chosen {
  readonly record: ReleaseRecord;
  /** It went through its bake, or served for an hour. */
  readonly stable: boolean;
}

/**
 * The release that a rollback goes to: the named one, or the last stable one before what is live; where none was stable, the last one
 * that was live.
 * @throws {ConductorError} exit 2 for an unknown version, for the one that is live, and when there is none to go back to.
 */
export async function rollbackTarget(session: Session, version?: string): Promise<Chosen> {
  const [history, { live }] = await Promise.all([session.ledger.history(), session.target.inspect()]);
  const wanted = version ?? rollbackGoal(history, live)?.version;
  if (wanted === undefined) {
    throw refused(
      'nowhere',
      'There is no earlier release to go back to: every release that was live was rolled back.',
      `\`conductor releases ${session.name}\` lists what there is.`,
    );
  }
  const record = releaseOf(history, wanted);
  if (!record) {
    const newest = history.releases.slice(-3).reverse();
    const hint =
      newest.length > 0
        ? `The newest are ${newest.map((each) => each.version).join(', ')}.`
        : 'There is none yet.';
    throw refused('unknown-version', `There is no release ${wanted}.`, hint);
  }
  if (wanted === live) {
    throw refused(
      'already-live',
      `${wanted} is what is live.`,
      `Name another version: \`conductor releases ${session.name}\` lists them.`,
    );
  }
  return { record, stable: isStable(history, wanted) };
}

/** Deploys a release of before, with the settings and secrets of then. */
export async function rollback(
  session: Session,
  record: ReleaseRecord,
  request: DeployRequest,
): Promise<Outcome> {
  const { probe, bake, reason } = request;
  const locking = { ...request, reason: reason ?? `rollback to ${record.version}` };
  return withLock(session, locking, async (lock) => {
    const known = await endInterrupted(session, request.ending, lock, request);
    const deployable = await fetchRelease(session, record);
    const { plan, observed, history } = await planRollback(session, deployable, { known });
    assertAdopted(session, plan);
    mindMaintenance(session, observed, request.reporter);
    if (!request.withoutWayBack) await assertWayBack(session, history, [observed.live]);
    const attempt: Attempt = {
      ...deployable,
      id: deployId(),
      kind: 'rollback',
      previous: observed.live,
      urls: observed.urls,
      // Going back never takes away what came since: that stays until a deploy does, with its confirmation.
      plan: { before: plan.before, after: [] },
      options: { probe, bake, ...(reason !== undefined && { reason }) },
    };
    return telling(session, attempt, history, request, () =>
      runAttempt(session, attempt, { lock, ...request }),
    );
  });
}

const refused = (code: string, message: string, hint: string) =>
  new ConductorError({ code: `rollback.${code}`, message, hint, exit: exitCode.usage });
