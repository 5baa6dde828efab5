import type { GitShelf } from './git-shelf.ts';
import type { History } from './history.ts';
import type { HeldLock, Lock, LockRequest } from './lock.ts';
import type { Fact, ReleaseRecord } from './record.ts';

/**
 * The history of one environment and the lock on it. Entries are only ever added. Where it is kept (files of this machine, or git
 * refs that a team shares) makes no difference to who uses it.
 */
export interface Ledger {
  /** Where it is kept, for people. */
  readonly place: string;
  /** What a team shares beside the history; null where all of it is this machine's own. */
  readonly shared: Shared | null;
  /** @throws {ConductorError} `ledger.corrupted` (exit 7): corruption is never an empty history. */
  history(): Promise<History>;
  /**
   * Adds an entry, durably, under the lock.
   * @throws {ConductorError} `lock.lost` (exit 6) when the lock was taken over meanwhile; nothing is then added.
   */
  append(fact: Fact, lock: HeldLock): Promise<void>;
  /** Gives the commit of a release its version as an annotated tag, for everyone. One that is there already stays. */
  tag?(release: Pick<ReleaseRecord, 'version' | 'commit'>): Promise<void>;
  /** Takes the lock, or returns who has it; see `EnvironmentLock.acquire` for how long that may take. */
  acquire(request: LockRequest): Promise<HeldLock | Lock>;
  /**
   * Who holds the lock, for people to see; undefined when nobody does. At once for a holder with a good clock; when the last sign of life
   * looks old or comes from the future, it watches for a little more than one heartbeat (12.5 s) whether there is another one.
   */
  holder(): Promise<Lock | undefined>;
  /** Ends someone's lock; their further writes are void. Returns whose it was; undefined when nobody held it. */
  breakLock(by: LockRequest['by']): Promise<Lock | undefined>;
}

/** What any machine of the team needs to go on with what another one did. */
export interface Shared {
  /** The journal of the newest deploy. */
  readonly journal: GitShelf;
  /** Secrets, encrypted to those who may read the environment's: those of each release, and the generated ones. */
  readonly sealed: GitShelf;
}

export const isHeld = (lock: HeldLock | Lock): lock is HeldLock => 'assertHeld' in lock;
