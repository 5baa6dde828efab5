/** How long a lock lasts without a sign of life, and how often its holder gives one, in milliseconds. */
export interface LockTerms {
  readonly patience: number;
  /** Several may fail before the lock is lost. */
  readonly heartbeat: number;
}
export const lockTerms: LockTerms = { patience: 60_000, heartbeat: 10_000 };
