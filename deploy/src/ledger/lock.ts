import { hostname } from 'node:os';
import { z } from 'zod';
import { ConductorError, exitCode } from '../errors.ts';
import { processStart } from './process-start.ts';
import type { Origin } from './record.ts';

/** Seconds after its last heartbeat at which a lock has run out. */
export const leaseSeconds = 60;
/** Seconds between heartbeats: several may fail before the lease is lost. */
export const heartbeatSeconds = 10;

export const lockSchema = z.object({
  /** Random: git takes two equal locks for one, and both of their holders would have won. */
  id: z.string(),
  /** Grows by one with each holder; a write with a lower one than the ledger has seen is void. */
  token: z.int().min(1),
  by: z.object({ user: z.string(), host: z.string() }),
  /** Process of the holder, and when it started: both, since ids are used again. */
  pid: z.number(),
  started: z.string().nullable(),
  since: z.iso.datetime(),
  renewed: z.iso.datetime(),
  reason: z.string(),
  released: z.boolean(),
});

/** Who may change an environment now. */
export type Lock = z.infer<typeof lockSchema>;

/** A lock that this process holds. */
export interface HeldLock {
  readonly token: number;
  /** Aborts when the lock is found lost: someone took it over after this process stood still for longer than the lease. */
  readonly lost: AbortSignal;
  /** @throws {ConductorError} `lock.lost` (exit 6) when this process no longer holds it. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

export interface LockRequest {
  readonly by: Origin;
  readonly reason: string;
}

/** The lease is over, or the holder was a process of this machine and is proven to be gone. */
export async function hasRunOut(lock: Lock): Promise<boolean> {
  if (Date.parse(lock.renewed) + leaseSeconds * 1000 < Date.now()) return true;
  return (
    lock.by.host === hostname() && lock.started !== null && (await processStart(lock.pid)) !== lock.started
  );
}

/** The error for an environment that someone else is changing. */
export function lockedBy(lock: Lock, environment: string, now: Date): ConductorError {
  const runsOut = Math.max(
    0,
    Math.ceil((Date.parse(lock.renewed) + leaseSeconds * 1000 - now.getTime()) / 1000),
  );
  return new ConductorError({
    code: 'lock.held',
    message: `${environment} is being changed by ${lock.by.user}@${lock.by.host} (process ${lock.pid}) since ${lock.since}: ${lock.reason}.`,
    hint: `Wait for it (--wait 10m). If its process is gone, the lock runs out by itself in ${runsOut} s.`,
    exit: exitCode.locked,
  });
}

export function lostLock(environment: string): ConductorError {
  return new ConductorError({
    code: 'lock.lost',
    message: `The lock of ${environment} was taken over, because this process gave no sign of life for ${leaseSeconds} s.`,
    hint: `See what happened meanwhile: conductor status ${environment}`,
    exit: exitCode.locked,
  });
}
