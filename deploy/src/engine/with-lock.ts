import type { Reporter } from '../environment/reporter.ts';
import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { isHeld } from '../ledger/ledger.ts';
import { type HeldLock, holderOf, type Lock, lockedBy } from '../ledger/lock.ts';
import { isDiskFull } from '../text/disk-full.ts';
import { timeOfDay } from '../text/moment.ts';
import { noRoom } from './no-room.ts';
import { tellLockedOut } from './telling.ts';

export interface LockOptions {
  /** What the environment is locked for, shown to others. */
  readonly reason: string;
  /** Seconds to wait for someone else's lock. */
  readonly wait: number;
  readonly reporter: Pick<Reporter, 'note'>;
  /** Ends the waiting. */
  readonly interrupt: AbortSignal;
}

/**
 * Does something under the environment's lock.
 * @throws {ConductorError} `lock.held` (exit 6), naming who has it; `lock.not-awaited` (exit 130) when interrupted while waiting.
 */
export async function withLock<T>(
  session: Session,
  options: LockOptions,
  work: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const { name } = session;
  const lock = await acquire(session, options);
  if (!isHeld(lock)) {
    await tellLockedOut(session, lock);
    throw lockedBy(lock, name);
  }
  try {
    return await work(lock);
  } finally {
    // What the work came to stands, whether or not the lock can be given back.
    await lock.release().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      options.reporter.note(`The lock of ${name} could not be given back and runs out by itself: ${why}`);
    });
  }
}

/**
 * For the way back, before each change of what serves. A ledger that cannot be reached is no reason to leave a bad release serving: only
 * a lock that is known to be lost (it says so itself when it could not be renewed for too long) ends it.
 * @throws {ConductorError} `lock.lost` (exit 6) when the environment is someone else's to change by now.
 */
export async function assertNotLost(lock: HeldLock): Promise<void> {
  await lock.assertHeld().catch(() => {});
  lock.lost.throwIfAborted();
}

async function acquire(
  { ledger, by, name }: Session,
  { reason, wait, reporter, interrupt }: LockOptions,
): Promise<HeldLock | Lock> {
  const onWait = (holder: Lock) =>
    reporter.note(
      `${name} is locked by ${holderOf(holder)} for: ${holder.reason}. ${
        wait > 0
          ? `Waiting for it until ${timeOfDay(Date.now() + wait * 1000)}.`
          : 'Its last sign of life looks old: watching whether it still lives.'
      }`,
    );
  try {
    return await ledger.acquire({ by, reason, wait: wait * 1000, onWait, signal: interrupt });
  } catch (cause) {
    if (isDiskFull(cause)) throw noRoom(`for the lock of ${name}`, cause);
    if (!interrupt.aborted) throw cause;
    throw new ConductorError({
      code: 'lock.not-awaited',
      message: `Interrupted before ${name} could be locked; nothing was changed.`,
      exit: exitCode.interrupted,
      cause,
    });
  }
}
