import type { Redis } from 'ioredis';
import { z } from 'zod';

const key = 'conductor:backups';

/** How the backups are, as the worker last saw it. */
export const backupStatusSchema = z.object({
  /** `good`; `late`: the last good one is older than 26 h; `none`: there is none yet. */
  state: z.enum(['good', 'late', 'none']),
  /** The last one that was proven by a restore. */
  last: z.object({ id: z.string(), at: z.iso.datetime() }).nullable(),
  verified: z.number(),
  problem: z.string().nullable(),
});
export type BackupStatus = z.infer<typeof backupStatusSchema>;

/** Kept for two days: a worker that looks no more must not go on saying that all is good. */
const keptSeconds = 2 * 86_400;

export async function writeBackupStatus(redis: Redis, status: BackupStatus): Promise<void> {
  await redis.set(key, JSON.stringify(status), 'EX', keptSeconds);
}

const lookKey = 'conductor:backups:look';

/** Notes that a worker looks after the backups, before it does: what fails then is said by itself. */
export async function writeLook(redis: Redis, at = new Date()): Promise<void> {
  await redis.set(lookKey, at.toISOString(), 'EX', keptSeconds);
}

/** When a worker looked last; null when none did in the last two days. */
export async function readLastLook(redis: Redis): Promise<Date | null> {
  const text = await redis.get(lookKey);
  return text === null ? null : new Date(text);
}

const changesKey = 'conductor:backups:changes';

/** How far the changes between backups are kept. */
export const changesStatusSchema = z.object({
  /** All changes up to then are in the store; null before the first slice, and where there are none. */
  upTo: z.iso.datetime().nullable(),
  problem: z.string().nullable(),
});
export type ChangesStatus = z.infer<typeof changesStatusSchema>;

export async function writeChangesStatus(redis: Redis, status: ChangesStatus): Promise<void> {
  await redis.set(changesKey, JSON.stringify(status), 'EX', keptSeconds);
}

/** Null where no worker ships them. */
export async function readChangesStatus(redis: Redis): Promise<ChangesStatus | null> {
  const text = await redis.get(changesKey);
  return text === null ? null : changesStatusSchema.parse(JSON.parse(text));
}

/** Null where no worker has looked in the last two days, or there are no backups. */
export async function readBackupStatus(redis: Redis): Promise<BackupStatus | null> {
  const text = await redis.get(key);
  return text === null ? null : backupStatusSchema.parse(JSON.parse(text));
}
