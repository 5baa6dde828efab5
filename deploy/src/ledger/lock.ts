import type { Holding, Lease } from 'conductor-backup/lease';
import { processIdentitySchema } from 'conductor-backup/process-identity';
import { z } from 'zod';
import { ConductorError, exitCode } from '../errors.ts';
import { elapsed } from '../text/elapsed.ts';
import { lockTerms } from './lock-terms.ts';
import type { Origin } from './record.ts';

export const lockSchema = z.object({
  /** Random: git takes two equal locks for one, and both of their holders would have won. */
  id: z.string(),
  /** Grows by one with each holder; a write with a lower one than the ledger has seen is void. */
  token: z.int().min(1),
  by: z.object({ user: z.string(), host: z.string() }),
  pid: z.number(),
  /** Which process the holder is; null where that cannot be told, and in locks of earlier versions. */
  process: processIdentitySchema.nullable().default(null),
  /** Always null now. Earlier versions trusted it together with the host's name, and would take a living holder's lock over. */
  started: z.string().nullable().default(null),
  since: z.iso.datetime(),
  /** By the holder's clock, so it proves nothing. */
  renewed: z.iso.datetime(),
  beat: z.int().default(0),
  patience: z.int().positive().default(lockTerms.patience),
  reason: z.string(),
  released: z.boolean(),
});

/** Who may change an environment now. */
export type Lock = z.infer<typeof lockSchema>;
export type LockDetails = Omit<Lock, keyof Holding>;

/**
 * A lock that this process holds. When it is lost (taken over after this process stood still for longer than the patience, or ended by
 * someone), `lost` aborts, and `assertHeld` and every write under it fail with `lock.lost` (exit 6).
 */
export type HeldLock = Pick<Lease<LockDetails>, 'token' | 'lost' | 'assertHeld' | 'renew' | 'release'>;

export interface LockRequest {
  readonly by: Origin;
  readonly reason: string;
  /** Milliseconds to wait for a holder that lives. Default 0. */
  readonly wait?: number;
  /** Told once when somebody holds it and has to be waited for, or watched whether they still live. */
  readonly onWait?: (holder: Lock) => void;
  /** Ends the waiting with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What `lock --release` writes as its reason. */
export const endedByHand = 'lock --release';

export const holderOf = ({ by, pid }: Pick<Lock, 'by' | 'pid'>): string =>
  `${by.user}@${by.host} (process ${pid})`;

/** The error for an environment that someone else is changing, or was until just now. */
export function lockedBy(lock: Lock, environment: string): ConductorError {
  return new ConductorError({
    code: 'lock.held',
    message: lock.released
      ? `${environment} was being changed by ${holderOf(lock)} until just now: ${lock.reason}.`
      : `${environment} is being changed by ${holderOf(lock)} since ${lock.since}: ${lock.reason}.`,
    hint: lock.released
      ? 'Run the command again.'
      : `Run the command again with --wait 10m to wait for it, or look whether it still lives: conductor lock ${environment}`,
    exit: exitCode.locked,
  });
}

/** The error for a lock that is not this process's any more: `to` is who has it or ended it, `cause` why it could not be renewed. */
export function lostLock(environment: string, to?: Lock, cause?: unknown): ConductorError {
  return new ConductorError({
    code: 'lock.lost',
    message: `The lock of ${environment} ${howLost(to, cause)}`,
    hint: `See what happened meanwhile: conductor status ${environment}`,
    exit: exitCode.locked,
    cause,
  });
}

function howLost(to: Lock | undefined, cause: unknown): string {
  if (to?.reason === endedByHand) return `was ended by ${holderOf(to)} with ${endedByHand}.`;
  if (to) {
    return `was taken over by ${holderOf(to)}, because this process gave no sign of life for ${elapsed(to.patience)}.`;
  }
  if (cause === undefined) return 'is gone.';
  const why = cause instanceof Error ? cause.message : String(cause);
  return `could not be renewed, so that someone else may have it by now: ${why}`;
}

/** Whether an error says that the lock is someone else's by now. */
export const isLost = (error: unknown): boolean =>
  error instanceof ConductorError && error.code === 'lock.lost';
