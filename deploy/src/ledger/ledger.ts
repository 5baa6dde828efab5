import type { History } from './history.ts';
import type { HeldLock, Lock, LockRequest } from './lock.ts';
import type { Fact } from './record.ts';

/**
 * The history of one environment and the lock on it. Entries are only ever added. Where it is kept (files of this machine, or git
 * refs that a team shares) makes no difference to who uses it.
 */
export interface Ledger {
  /** Where it is kept, for people. */
  readonly place: string;
  /** @throws {ConductorError} `ledger.corrupted` (exit 7): corruption is never an empty history. */
  history(): Promise<History>;
  /**
   * Adds an entry, durably, under the lock.
   * @throws {ConductorError} `lock.lost` (exit 6) when the lock was taken over meanwhile; nothing is then added.
   */
  append(fact: Fact, lock: HeldLock): Promise<void>;
  /** Takes the lock, or returns who has it. */
  acquire(request: LockRequest): Promise<HeldLock | Lock>;
  /** Who holds the lock; undefined when nobody does, or the lease has run out. */
  holder(): Promise<Lock | undefined>;
  /** Ends someone's lock; their further writes are void. */
  breakLock(by: LockRequest['by']): Promise<void>;
}

export const isHeld = (lock: HeldLock | Lock): lock is HeldLock => 'assertHeld' in lock;
