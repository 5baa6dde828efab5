import { ConductorError, exitCode } from '../errors.ts';
import { lastStable, releaseOf } from '../ledger/history.ts';
import type { ReleaseRecord } from '../ledger/record.ts';
import { changesFor } from '../plan/plan.ts';
import { runAttempt } from './attempt.ts';
import { restore } from './capsule.ts';
import { type DeployRequest, deployId, unknownVersion } from './deploy.ts';
import type { Outcome } from './outcome.ts';
import { ready } from './ready.ts';
import type { Session } from './session.ts';
import { withLock } from './with-lock.ts';

/**
 * The release that a rollback goes to: the named one, or the last stable one before what is live.
 * @throws {ConductorError} exit 2 for an unknown version, for the one that is live, and when there is none to go back to.
 */
export async function rollbackTarget(session: Session, version?: string): Promise<ReleaseRecord> {
  const [history, { live }] = await Promise.all([session.ledger.history(), session.target.inspect()]);
  const wanted = version ?? lastStable(history, live);
  if (wanted === undefined) {
    throw new ConductorError({
      code: 'rollback.nowhere',
      message: 'There is no earlier release that was stable.',
      hint: 'Name a version: conductor releases lists them.',
      exit: exitCode.usage,
    });
  }
  const record = releaseOf(history, wanted);
  if (!record)
    throw unknownVersion(
      wanted,
      history.releases.map((each) => each.version),
    );
  if (wanted === live) {
    throw new ConductorError({
      code: 'rollback.already-live',
      message: `${wanted} is what is live.`,
      hint: 'Name another version: conductor releases lists them.',
      exit: exitCode.usage,
    });
  }
  return record;
}

/** Deploys a release of before, with the settings and secrets of then. */
export async function rollback(
  session: Session,
  record: ReleaseRecord,
  request: DeployRequest,
): Promise<Outcome> {
  const { reporter, interrupt, probe, bake, reason } = request;
  await ready(session, reporter);
  return withLock(session, `rollback to ${record.version}`, async (lock) => {
    const deployable = await restore(record, session.name, session.folders.capsules);
    const observed = await session.target.inspect();
    const wanted = {
      services: deployable.services,
      stores: deployable.release.stores,
      domains: session.environment.domains,
    };
    return runAttempt(
      session,
      {
        ...deployable,
        id: deployId(),
        kind: 'rollback',
        previous: observed.live,
        changes: changesFor(wanted, observed, session.target.traits, session.vault.fingerprint),
        options: { probe, bake, ...(reason !== undefined && { reason }) },
      },
      { lock, reporter, interrupt },
    );
  });
}
