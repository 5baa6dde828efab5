import { type Alarm, DEFAULT_LATE_AFTER } from 'conductor-backup';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { SettingsOf } from '../settings.ts';
import { openBell } from './bell.ts';
import { type BackupStatus, readBackupStatus, readLastLook } from './status.ts';

const minute = 60_000;
const hour = 60 * minute;
/** The worker looks every quarter of an hour. */
const missedLooks = hour;

/** What is known of the backups without asking their store. */
export interface Seen {
  readonly status: BackupStatus | null;
  /** When a worker looked last; null when that is unknown. */
  readonly look: Date | null;
  readonly environment: string;
}

/**
 * The alarm of a backup that is late, for somebody who makes none: the worker that should may be what is missing. `since` is when
 * the watching began, before which nothing could be seen.
 */
export function overdue({ status, look, environment }: Seen, since: Date, now: Date): Alarm | undefined {
  const silent = now.getTime() - Math.max(look?.getTime() ?? 0, since.getTime());
  const hint = `Is the worker running? Make one now: conductor backup create ${environment}`;
  const last = status?.last;
  const backup = last ? { backup: last.id } : {};
  if (silent > missedLooks) {
    const seen = look === null ? 'in the last days' : `since ${look.toISOString()}`;
    return { kind: 'late', message: `No worker has looked after the backups ${seen}.`, hint, ...backup };
  }
  if (!last || now.getTime() - Date.parse(last.at) <= DEFAULT_LATE_AFTER) return undefined;
  const hours = Math.floor((now.getTime() - Date.parse(last.at)) / hour);
  return { kind: 'late', message: `The last verified backup is ${hours} hours old.`, hint, ...backup };
}

/** Watches from the scheduler that the worker looks after the backups, where there are to be any. Returns how to stop it. */
export function startBackupWatch(
  settings: SettingsOf<'scheduler'>,
  { redis, log }: { redis: Redis; log: Logger },
): () => void {
  if (!settings.BACKUP_STORE) return () => {};
  const bell = openBell(settings, { redis, log });
  const since = new Date();
  const watch = async () => {
    const [status, look] = await Promise.all([readBackupStatus(redis), readLastLook(redis)]);
    const alarm = overdue({ status, look, environment: settings.CONDUCTOR_ENVIRONMENT }, since, new Date());
    if (alarm) await bell.ring(alarm);
  };
  const timer = setInterval(() => {
    watch().catch((error) => log.warn({ err: error }, 'the backups could not be watched'));
  }, 10 * minute);
  return () => clearInterval(timer);
}
