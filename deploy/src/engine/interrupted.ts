import type { Reporter } from '../environment/reporter.ts';
import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { type History, releaseOf } from '../ledger/history.ts';
import type { Interrupted } from '../ledger/journal.ts';
import type { HeldLock } from '../ledger/lock.ts';
import type { Verdict } from '../ledger/record.ts';
import type { Progress } from '../targets/target.ts';
import { runAttempt } from './attempt.ts';
import { bringBack } from './bring-back.ts';
import { type Outcome, writeDown } from './outcome.ts';
import { planRollback } from './planning.ts';
import { Rollout } from './rollout.ts';
import { publicRoutes } from './routes.ts';
import { tellEnd } from './telling.ts';
import { verify } from './verify.ts';
import { assertWayBack, fetchRelease } from './way-back.ts';
import { withLock } from './with-lock.ts';

interface Attended {
  readonly reporter: Reporter;
  readonly interrupt: AbortSignal;
  /** Seconds to wait for someone else's lock. */
  readonly wait: number;
}

/**
 * Goes on with a deploy that was killed, to its verdict. One that had already failed is taken back to its end instead.
 * @throws {ConductorError} `resume.nothing` (exit 2) when no deploy was interrupted.
 */
export async function resume(session: Session, attended: Attended): Promise<Outcome> {
  return withInterrupted(session, 'resume', attended, async (interrupted, history, lock) => {
    const record = releaseOf(history, interrupted.version);
    // Killed before its release was recorded, it had not touched the target; and what had failed doesn't get better.
    if (!record || interrupted.failed)
      return takeBack(session, interrupted, history, lock, attended.reporter);
    const deployable = await fetchRelease(session, record);
    const { plan, observed } = await planRollback(session, deployable, history);
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
      { ...attended, lock, done: interrupted.done },
    );
  });
}

/**
 * Takes a deploy that was killed back: afterwards what was live before it is live.
 * @throws {ConductorError} `resume.nothing` (exit 2) when no deploy was interrupted.
 */
export const abort = (session: Session, attended: Attended): Promise<Outcome> =>
  withInterrupted(session, 'abort', attended, (interrupted, history, lock) =>
    takeBack(session, interrupted, history, lock, attended.reporter),
  );

async function withInterrupted(
  session: Session,
  reason: 'resume' | 'abort',
  attended: Attended,
  work: (interrupted: Interrupted, history: History, lock: HeldLock) => Promise<Outcome>,
): Promise<Outcome> {
  return withLock(session, { reason, ...attended }, async (lock) => {
    const history = await session.ledger.history();
    const interrupted = await session.journals.interrupted(history);
    if (interrupted) {
      await assertWayBack(session, history, [interrupted.version, interrupted.previous]);
      const outcome = await work(interrupted, history, lock);
      const aborted = reason === 'abort' && outcome.verdict === 'failed';
      await tellEnd(session, outcome, attended, aborted ? { kind: 'aborted' } : {});
      return outcome;
    }
    throw new ConductorError({
      code: 'resume.nothing',
      message: `No deploy of ${session.name} was interrupted.`,
      hint: `See how it is: conductor status ${session.name}`,
      exit: exitCode.usage,
    });
  });
}

async function takeBack(
  session: Session,
  interrupted: Interrupted,
  history: History,
  lock: HeldLock,
  reporter: Reporter,
): Promise<Outcome> {
  const { version, previous, deploy } = interrupted;
  const startedAt = Date.now();
  const tell = ({ service, state, detail }: Progress) => reporter.progress(service, `${state}: ${detail}`);
  reporter.begin({ id: 'take-back', title: `Take ${version} back` });
  const live = await leftBehind(session, interrupted, history, tell);
  const verdict = await settle(session, { version, previous, live }, lock, tell);
  reporter.end(verdict === 'unknown' ? 'failed' : 'done');
  const observed = await session.target.inspect();
  return writeDown(session, lock, session.journals.of(deploy, lock), {
    reporter,
    deploy,
    verdict,
    version,
    previous,
    live: observed.live,
    observed,
    startedAt,
    evidence: [],
    interrupted: false,
  });
}

/** Calls off on the target what the killed deploy has left there, and says what is live then. */
async function leftBehind(
  session: Session,
  { version }: Interrupted,
  history: History,
  tell: (progress: Progress) => void,
): Promise<string | null> {
  const record = releaseOf(history, version);
  const { live } = await session.target.inspect();
  if (!record || live === version) return live;
  const { release, services } = await fetchRelease(session, record);
  await new Rollout(session.target, release, services, {}, tell).takeBack();
  return (await session.target.inspect()).live;
}

/** Brings what was live before back if it has to, and says what became of the deploy. */
async function settle(
  session: Session,
  { version, previous, live }: { version: string; previous: string | null; live: string | null },
  lock: HeldLock,
  tell: (progress: Progress) => void,
): Promise<Verdict> {
  if (live === previous) return 'failed';
  if (live !== version) return 'unknown';
  // A first release that serves has nothing before it to go back to: it stays, if it is good.
  const { target, desired } = session;
  if (previous !== null) {
    await bringBack(session, previous, lock, tell);
    return 'rolled back';
  }
  await verify(publicRoutes(desired.services, (await target.inspect()).urls), version);
  return 'live';
}
