import { endLease, type LeasePlace, livingHolder, takeLease } from 'conductor-backup/lease';
import { identityOf } from 'conductor-backup/process-identity';
import { endedByHand, type HeldLock, type Lock, type LockDetails, type LockRequest } from './lock.ts';
import type { LockTerms } from './lock-terms.ts';

/** Where a lock is kept, and what can be proven there about its holder. */
export interface LockPlace extends LeasePlace<LockDetails> {
  /** Whether the holder is a process that is proven to be gone. Equal host names prove nothing. */
  isGone(lock: Lock): Promise<boolean>;
}

/** The lock of one environment, wherever it is kept. */
export class EnvironmentLock {
  readonly #place: LockPlace;
  readonly #terms: LockTerms;

  constructor(place: LockPlace, terms: LockTerms) {
    this.#place = place;
    this.#terms = terms;
  }

  /**
   * Takes the lock, or returns who has it. A holder that is proven to be gone is replaced at once. Any other that does not look alive is
   * watched: for at most a heartbeat when it lives, and for its whole patience (60 s) until it is taken for dead.
   */
  async acquire({ by, reason, wait = 0, onWait, signal }: LockRequest): Promise<HeldLock | Lock> {
    return takeLease<LockDetails>(this.#place, {
      ...this.#terms,
      details: await detailsOf(by, reason),
      wait,
      looksAlive: (lock) => this.#looksAlive(lock),
      isGone: (lock) => this.#place.isGone(lock),
      ...(onWait && { onWait }),
      ...(signal && { signal }),
    });
  }

  /**
   * Who holds the lock, for people to see. One whose last sign of life is younger than two heartbeats is told at once. In doubt (it is
   * older, or from the future) the lock is watched for a quarter more than one heartbeat (12.5 s): unchanged, nobody is said to hold it.
   * To take it over that is not enough.
   */
  holder(): Promise<Lock | undefined> {
    const { heartbeat } = this.#terms;
    return livingHolder(this.#place, {
      ms: heartbeat * 1.25,
      heartbeat,
      looksAlive: (lock) => this.#looksAlive(lock),
      isGone: (lock) => this.#place.isGone(lock),
    });
  }

  /** Ends someone's lock; their further writes are void. Returns whose it was; undefined when nobody held it. */
  async break(by: LockRequest['by']): Promise<Lock | undefined> {
    return endLease<LockDetails>(this.#place, await detailsOf(by, endedByHand));
  }

  /** By the holder's clock and ours, which may both be wrong: it decides what is told sooner, never who takes over. */
  #looksAlive({ renewed }: Lock): boolean {
    return Math.abs(Date.now() - Date.parse(renewed)) <= 2 * this.#terms.heartbeat;
  }
}

async function detailsOf(by: LockRequest['by'], reason: string): Promise<LockDetails> {
  const { pid } = process;
  const now = new Date().toISOString();
  return { by, pid, process: await identityOf(pid), started: null, since: now, renewed: now, reason };
}

/** A lock as it is written now: with the moment of this sign of life. */
export const lockText = (lock: Lock): string =>
  `${JSON.stringify({ ...lock, renewed: new Date().toISOString() })}\n`;
