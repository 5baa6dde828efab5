import { randomBytes } from 'node:crypto';
import { ConductorError, exitCode } from '../errors.ts';
import { lastLive, releaseOf } from '../ledger/history.ts';
import { changesFor } from '../plan/plan.ts';
import type { Release } from '../targets/target.ts';
import { type Attempt, type AttemptOptions, runAttempt } from './attempt.ts';
import { recordOf } from './capsule.ts';
import { changesSince, sourceOf } from './git.ts';
import type { Outcome } from './outcome.ts';
import { ready } from './ready.ts';
import type { Reporter } from './reporter.ts';
import type { Session } from './session.ts';
import { nextVersion, versionAt } from './version.ts';
import { withLock } from './with-lock.ts';

export interface DeployRequest extends AttemptOptions {
  readonly reporter: Reporter;
  readonly interrupt: AbortSignal;
}

/** Deploys what the project is now: look whether it can be, take the lock, plan, and run the plan to its end. */
export async function deploy(session: Session, request: DeployRequest): Promise<Outcome> {
  await ready(session, request.reporter);
  return withLock(session, 'deploy', async (lock) => {
    const attempt = await newRelease(session, request);
    return runAttempt(session, attempt, { lock, reporter: request.reporter, interrupt: request.interrupt });
  });
}

/** The release of the project as it is now, and what the target needs to run it. */
async function newRelease(session: Session, { probe, bake, reason }: DeployRequest): Promise<Attempt> {
  const { desired, ledger, target, vault } = session;
  const [history, observed, source] = await Promise.all([
    ledger.history(),
    target.inspect(),
    sourceOf(session.root),
  ]);
  const version = nextVersion(new Date(), new Set(history.releases.map((each) => each.version)));
  const release: Release = {
    version,
    commit: source.commit,
    dirty: source.dirty,
    environment: session.name,
    createdAt: new Date().toISOString(),
    stores: desired.stores,
    ...(desired.task && { task: desired.task }),
  };
  const before = releaseOf(history, observed.live ?? lastLive(history) ?? '');
  const changes = await changesSince(session.root, before?.commit ?? null, source.commit);
  const deployable = { release, services: desired.services };
  return {
    ...deployable,
    id: deployId(),
    kind: 'deploy',
    previous: observed.live,
    changes: changesFor(
      { ...desired, domains: session.environment.domains },
      observed,
      target.traits,
      vault.fingerprint,
    ),
    record: recordOf(deployable, vault, { by: session.by, changes }),
    options: { probe, bake, ...(reason !== undefined && { reason }) },
  };
}

/** Ids sort by time; the rest keeps two of one second apart. */
export const deployId = (): string => `${versionAt(new Date()).slice(1)}-${randomBytes(3).toString('hex')}`;

/** The error of a version that no release has. */
export function unknownVersion(version: string, known: readonly string[]): ConductorError {
  return new ConductorError({
    code: 'release.unknown',
    message: `There is no release ${version}.`,
    hint: known.length > 0 ? `The newest are ${known.slice(-3).reverse().join(', ')}.` : 'There is none yet.',
    exit: exitCode.usage,
  });
}
