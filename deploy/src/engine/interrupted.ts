import type { Reporter } from '../environment/reporter.ts';
import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { type History, releaseOf } from '../ledger/history.ts';
import type { Interrupted } from '../ledger/journal.ts';
import type { HeldLock } from '../ledger/lock.ts';
import { adoptedBy, upgradesIn } from '../plan/change.ts';
import type { Progress } from '../targets/target.ts';
import { runAttempt } from './attempt.ts';
import { bringBack } from './bring-back.ts';
import { mindMaintenanceNow } from './maintenance.ts';
import { type Outcome, type OutcomeFacts, writeDown } from './outcome.ts';
import { assertAdopted, planRollback } from './planning.ts';
import { prove } from './prove.ts';
import { Rollout } from './rollout.ts';
import { StepFailed } from './steps.ts';
import { tellEnd } from './telling.ts';
import { assertWayBack, fetchRelease } from './way-back.ts';
import { assertNotLost, withLock } from './with-lock.ts';

/** How a deploy that was killed is ended: gone on with, or rolled back. */
export type Ending = 'resume' | 'abort';

interface Watched {
  readonly reporter: Reporter;
  readonly interrupt: AbortSignal;
}

interface Attended extends Watched {
  /** Seconds to wait for someone else's lock. */
  readonly wait: number;
}

/**
 * Goes on with a deploy that was killed, to its verdict. One that had already failed is rolled back to its end instead; one of which
 * nobody could tell whether it is live is looked at again.
 * @throws {ConductorError} `resume.nothing` (exit 2) when no deploy was interrupted.
 */
export const resume = (session: Session, attended: Attended): Promise<Outcome> =>
  endUnderLock(session, 'resume', attended);

/**
 * Takes a deploy that was killed, or of which nobody could tell whether it is live, back: afterwards what was live before it is live.
 * @throws {ConductorError} `resume.nothing` (exit 2) when no deploy was interrupted.
 */
export const abort = (session: Session, attended: Attended): Promise<Outcome> =>
  endUnderLock(session, 'abort', attended);

const endUnderLock = (session: Session, ending: Ending, attended: Attended): Promise<Outcome> =>
  withLock(session, { reason: ending, ...attended }, async (lock) => {
    const history = await session.ledger.history();
    const { journals } = session;
    const interrupted = (await journals.interrupted(history)) ?? (await journals.doubtful(history));
    if (interrupted) {
      const left = { interrupted, history, lock, rests: history.stopped };
      const outcome = await end(session, ending, left, attended);
      const goesOn = ending === 'resume' && outcome.verdict === 'live';
      if (left.rests && !goesOn) await stopAgain(session, lock, attended);
      return outcome;
    }
    throw new ConductorError({
      code: 'resume.nothing',
      message: `No deploy of ${session.name} was interrupted, nor left in doubt.`,
      hint: `See how it is: conductor status ${session.name}`,
      exit: exitCode.usage,
    });
  });

/**
 * An interrupted deploy must be ended before anything else changes the environment: it is, where the person has said how. Asked under
 * the lock: what holds it is not interrupted. Returns the history as it is then: while the lock is held only its holder adds to it.
 * @throws {ConductorError} `deploy.interrupted` (exit 7), saying what was under way and since when; `deploy.not-ended` (exit 7) when
 *   nobody can tell what became of it.
 */
export async function endInterrupted(
  session: Session,
  ending: Ending | undefined,
  lock: HeldLock,
  watched: Watched,
): Promise<History> {
  const { ledger, journals, name: environment } = session;
  const history = await ledger.history();
  const interrupted = await journals.interrupted(history);
  if (!interrupted) return history;
  if (ending === undefined) {
    throw new ConductorError({
      code: 'deploy.interrupted',
      message: describe(interrupted),
      hint: `End it first: conductor resume ${environment}, or conductor abort ${environment}. With --resume or --abort this command does so by itself.`,
      exit: exitCode.unknown,
    });
  }
  watched.reporter.note(`${describe(interrupted)} ${ending === 'resume' ? 'Continuing it.' : 'Undoing it.'}`);
  const { verdict, version } = await end(
    session,
    ending,
    { interrupted, history, lock, rests: false },
    watched,
  );
  watched.interrupt.throwIfAborted();
  if (verdict === 'unknown') {
    throw new ConductorError({
      code: 'deploy.not-ended',
      message: `It is not known what became of ${version}, so nothing new was started.`,
      hint: `See how it is: conductor status ${environment}`,
      exit: exitCode.unknown,
    });
  }
  watched.reporter.note(`${version} has ended: ${verdict}.`);
  return ledger.history();
}

const describe = ({ kind, version, since, current, by }: Interrupted): string =>
  `A ${kind} of ${version} begun at ${since} by ${by.user}@${by.host} was interrupted ${
    current ? `in the step "${current.title}" (since ${current.since})` : 'between two steps'
  }.`;

/** A deploy that was killed, and what is needed to end it. */
interface Left {
  readonly interrupted: Interrupted;
  readonly history: History;
  readonly lock: HeldLock;
  /** Everything was stopped, and is to be afterwards. */
  readonly rests: boolean;
}

async function end(session: Session, ending: Ending, left: Left, watched: Watched): Promise<Outcome> {
  const { interrupted, history } = left;
  await mindMaintenanceNow(session, watched.reporter);
  await assertWayBack(session, history, [interrupted.version, interrupted.previous]);
  let outcome: Outcome;
  try {
    outcome =
      ending === 'resume' ? await goOn(session, left, watched) : await takeBack(session, left, watched);
  } catch (error) {
    if (history.stopped) await leaveStopped(session, left.lock, watched);
    throw error;
  }
  const aborted = ending === 'abort' && outcome.verdict === 'failed';
  await tellEnd(session, outcome, watched, aborted ? { kind: 'aborted' } : {});
  return outcome;
}

async function goOn(session: Session, left: Left, watched: Watched): Promise<Outcome> {
  const { interrupted, history, lock } = left;
  const record = releaseOf(history, interrupted.version);
  // Killed before its release was recorded, it had not touched the target; and what had failed doesn't get better.
  if (!record || interrupted.failed) return takeBack(session, left, watched);
  const deployable = await fetchRelease(session, record);
  const adopt = adoptedBy(interrupted.steps);
  const upgradeStores = upgradesIn(interrupted.steps);
  const { plan, observed } = await planRollback(session, deployable, {
    known: history,
    adopt,
    upgradeStores,
  });
  assertAdopted(session, plan);
  return runAttempt(
    session,
    {
      ...deployable,
      id: interrupted.deploy,
      kind: interrupted.kind,
      previous: interrupted.previous,
      urls: observed.urls,
      plan: { before: plan.before, after: interrupted.kind === 'deploy' ? plan.after : [] },
      options: interrupted.options,
    },
    { ...watched, lock, done: interrupted.done },
  );
}

async function takeBack(
  session: Session,
  { interrupted, history, lock, rests }: Left,
  { reporter, interrupt }: Watched,
): Promise<Outcome> {
  const { version, previous, deploy } = interrupted;
  const startedAt = Date.now();
  const tell = ({ service, state, detail }: Progress) => reporter.progress(service, `${state}: ${detail}`);
  await wake(session, interrupt);
  reporter.begin({ id: 'take-back', title: `Undo ${version}` });
  const { live, unsure } = await leftBehind(session, interrupted, history, tell);
  const settled = unsure ? nobodyKnows : await settle(session, { version, previous, live }, lock, tell);
  reporter.end(settled.verdict === 'unknown' ? 'failed' : 'done');
  const observed = await session.target.inspect();
  // Before the journal says that nothing is left to do: killed here, it is ended once more.
  if (rests) await session.target.stop?.();
  return writeDown(session, lock, session.journals.of(deploy, lock), {
    reporter,
    deploy,
    ...settled,
    version,
    previous,
    live: observed.live,
    observed,
    startedAt,
    evidence: [],
    interrupted: false,
    baked: false,
  });
}

/** What serves by now was only to be seen to: everything was stopped before this command, which has failed. */
async function leaveStopped(session: Session, lock: HeldLock, watched: Watched): Promise<void> {
  try {
    await stopAgain(session, lock, watched);
  } catch (error) {
    const { name: environment } = session;
    watched.reporter.note(
      `${environment} could not be stopped again: ${(error as Error).message} Stop it: conductor stop ${environment}`,
    );
  }
}

/** @throws {Error} what the place says, or that the lock is someone else's by now: nothing is touched then. */
async function stopAgain(session: Session, lock: HeldLock, { reporter }: Watched): Promise<void> {
  const { target, ledger, by } = session;
  if (!target.stop) return;
  await assertNotLost(lock);
  await target.stop();
  await ledger.append({ type: 'stopped', at: new Date().toISOString(), by }, lock);
  reporter.note(`${session.name} is stopped, as it was. Start it: conductor start ${session.name}`);
}

/**
 * Where everything has ended (a machine that was restarted in the middle of a deploy, or `stop`), what is to serve is seen only once it
 * serves again: the release before, or the one that was under way, if it had cut over. Whether it is healthy does not matter here.
 * @throws {ConductorError} what `Target.start` throws; the deploy stays interrupted.
 */
async function wake({ target }: Session, interrupt: AbortSignal): Promise<void> {
  if (!target.start || (await target.inspect()).live !== null) return;
  try {
    await target.start(interrupt);
  } catch (error) {
    // Nothing was ever live, so there is nothing to go back to; or it is known by now which one is to serve, and that it is bad.
    const told = error instanceof ConductorError && ['start.nothing', 'start.not-up'].includes(error.code);
    if (!told) throw error;
  }
}

/** Calls off on the target what the killed deploy has left there, and says what is live then. */
async function leftBehind(
  session: Session,
  { version }: Interrupted,
  history: History,
  tell: (progress: Progress) => void,
): Promise<{ live: string | null; unsure: boolean }> {
  const record = releaseOf(history, version);
  const { live } = await session.target.inspect();
  if (!record || live === version) return { live, unsure: false };
  const { release, services } = await fetchRelease(session, record);
  const rollout = new Rollout(session.target, release, services, {}, tell);
  await rollout.takeBack();
  return { live: (await session.target.inspect()).live, unsure: rollout.unsure };
}

/** What became of a deploy that was rolled back. */
type Settled = Pick<OutcomeFacts, 'verdict' | 'proofs' | 'failure'>;

const nobodyKnows: Settled = { verdict: 'unknown', proofs: [] };

/** Brings what was live before back if it has to, and says what became of the deploy. */
async function settle(
  session: Session,
  { version, previous, live }: { version: string; previous: string | null; live: string | null },
  lock: HeldLock,
  tell: (progress: Progress) => void,
): Promise<Settled> {
  if (live === previous) return { verdict: 'failed', proofs: [] };
  if (live !== version) return nobodyKnows;
  if (previous === null) return settleFirst(session, version);
  await bringBack(session, previous, lock, tell);
  return { verdict: 'rolled back', proofs: [] };
}

/** A first release that serves has nothing before it to go back to: it stays, if it is good, and is stopped where that can be done. */
async function settleFirst(session: Session, version: string): Promise<Settled> {
  const { target, desired } = session;
  try {
    return { verdict: 'live', proofs: (await prove(session, version, desired.services)).proofs };
  } catch (error) {
    if (!(error instanceof ConductorError) || error.code !== 'verify.not-seen') throw error;
    const failure = new StepFailed(
      { id: 'verify', title: `Verify ${version} through the public address` },
      error,
    );
    if (!target.stop) return { ...nobodyKnows, failure };
    await target.stop();
    return { verdict: 'failed', proofs: [], failure };
  }
}
