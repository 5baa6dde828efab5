import { randomBytes } from 'node:crypto';
import { backUpBeforeDeploy } from '../backups/before-deploy.ts';
import { stateRecipients } from '../backups/state-recipients.ts';
import { changesSince } from '../environment/git.ts';
import { recordOf } from '../environment/release-record.ts';
import type { Reporter } from '../environment/reporter.ts';
import type { Session } from '../environment/session.ts';
import { lastLive, releaseOf } from '../ledger/history.ts';
import type { Release } from '../model/release.ts';
import { type Attempt, type AttemptOptions, runAttempt } from './attempt.ts';
import { assertHooksFit } from './hooks.ts';
import { type Ending, endInterrupted } from './interrupted.ts';
import { mindMaintenance } from './maintenance.ts';
import type { Outcome } from './outcome.ts';
import { assertAdopted, assertConfirmed, type Planned, planDeploy } from './planning.ts';
import { askChecks } from './ready.ts';
import { telling } from './telling.ts';
import { nextVersion } from './version.ts';
import { assertWayBack } from './way-back.ts';
import { withLock } from './with-lock.ts';

export interface DeployRequest extends AttemptOptions {
  readonly reporter: Reporter;
  readonly interrupt: AbortSignal;
  /** What the plan takes away may be taken away. */
  readonly confirmed: boolean;
  /** Names of what may be taken over where it is somebody else's. */
  readonly adopt?: ReadonlySet<string>;
  /** Stores become the version that the settings name, and are away meanwhile. */
  readonly upgradeStores?: boolean;
  /** Seconds to wait for someone else's lock. */
  readonly wait: number;
  /** How a deploy that was killed is ended first; left out, it is refused to begin. */
  readonly ending?: Ending | undefined;
  /** Deploy even if this machine could not roll back to what is live now. */
  readonly withoutWayBack?: boolean;
}

/** Deploys what the project is now: take the lock, plan, look whether it can be done and undone, and run the plan to its end. */
export const deploy = (session: Session, request: DeployRequest): Promise<Outcome> =>
  withLock(session, { ...request, reason: request.reason ?? 'deploy' }, async (lock) => {
    const known = await endInterrupted(session, request.ending, lock, request);
    const planned = await planDeploy(session, {
      known,
      upgradeStores: request.upgradeStores ?? false,
      ...(request.adopt && { adopt: request.adopt }),
    });
    assertAdopted(session, planned.plan);
    assertConfirmed(planned.plan, request.confirmed);
    assertHooksFit(session);
    mindMaintenance(session, planned.observed, request.reporter);
    if (!request.withoutWayBack) await assertWayBack(session, planned.history, [planned.observed.live]);
    await askChecks(session, planned, request);
    const backup = await backUpBeforeDeploy(session, planned.observed.live, request);
    await stateRecipients(session, request);
    const attempt = await newRelease(session, planned, backup, request);
    await session.capsules.assertOpens(attempt);
    return telling(session, attempt, planned.history, request, () =>
      runAttempt(session, attempt, { lock, ...request }),
    );
  });

/** The release of the project as it is now, and what the target needs to run it. */
async function newRelease(
  session: Session,
  { plan, observed, history, source }: Planned,
  backup: string | null,
  { probe, bake, reason }: DeployRequest,
): Promise<Attempt> {
  const { desired, vault, root, name, by } = session;
  const version = nextVersion(new Date(), new Set(history.releases.map((each) => each.version)));
  const release: Release = {
    version,
    commit: source.commit,
    dirty: source.dirty,
    environment: name,
    createdAt: new Date().toISOString(),
    stores: desired.stores,
    ...(desired.task && { task: desired.task }),
  };
  const before = releaseOf(history, observed.live ?? lastLive(history) ?? '');
  const changes = await changesSince(root, before?.commit ?? null, source.commit);
  const deployable = { release, services: desired.services };
  return {
    ...deployable,
    id: deployId(),
    kind: 'deploy',
    previous: observed.live,
    urls: observed.urls,
    plan,
    record: recordOf(deployable, vault, { by, changes, ...(backup !== null && { backup }) }),
    options: { probe, bake, ...(reason !== undefined && { reason }) },
  };
}

/** Ids sort by time, to the millisecond: the newest journal is the last one by name. The rest only keeps two machines apart. */
export const deployId = (): string =>
  `${new Date().toISOString().replace(/\D/g, '')}-${randomBytes(3).toString('hex')}`;
