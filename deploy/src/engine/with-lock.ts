import { setTimeout as delay } from 'node:timers/promises';
import type { Session } from '../environment/session.ts';
import { isHeld } from '../ledger/ledger.ts';
import { type HeldLock, lockedBy } from '../ledger/lock.ts';
import { tellLockedOut } from './telling.ts';

export interface LockOptions {
  /** What the environment is locked for, shown to others. */
  readonly reason: string;
  /** Seconds to wait for someone else's lock. */
  readonly wait?: number;
}

/**
 * Does something under the environment's lock.
 * @throws {ConductorError} `lock.held` (exit 6), naming who has it.
 */
export async function withLock<T>(
  session: Session,
  { reason, wait = 0 }: LockOptions,
  work: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const { ledger, by, name } = session;
  const until = Date.now() + wait * 1000;
  let lock = await ledger.acquire({ by, reason });
  while (!isHeld(lock)) {
    if (Date.now() >= until) {
      await tellLockedOut(session, lock);
      throw lockedBy(lock, name, new Date());
    }
    await delay(Math.min(1000, until - Date.now()));
    lock = await ledger.acquire({ by, reason });
  }
  try {
    return await work(lock);
  } finally {
    await lock.release();
  }
}
