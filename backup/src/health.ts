import type { Alarm } from './alarms.ts';
import type { Scope } from './layout.ts';
import { isGood, listBackups } from './list.ts';
import type { ListOptions, Manifest } from './manifest.ts';
import type { Store } from './stores/store.ts';

/** How an environment's backups are, for `status`, health pages and metrics. */
export interface BackupHealth {
  /** `good`: the last verified backup is young enough; `late`: it isn't; `none`: there is none. */
  readonly state: 'good' | 'late' | 'none';
  readonly backups: number;
  readonly verified: number;
  /** The newest verified one. */
  readonly last: Manifest | null;
  /** Milliseconds since `last` began; null without one. */
  readonly age: number | null;
  /** Present unless `good`. */
  readonly alarm?: Alarm;
}

const HOUR = 60 * 60 * 1000;
/** A daily backup, and two hours for it to be made. */
export const DEFAULT_LATE_AFTER = 26 * HOUR;

export interface HealthOptions extends Pick<ListOptions, 'memory'> {
  readonly now?: Date;
  /** Milliseconds after which the last good one is late. */
  readonly lateAfter?: number;
}

export async function backupHealth(
  store: Store,
  scope: Scope,
  { now = new Date(), lateAfter = DEFAULT_LATE_AFTER, ...list }: HealthOptions = {},
): Promise<BackupHealth> {
  const { backups } = await listBackups(store, scope, list);
  const verified = backups.filter(isGood);
  const last = verified[0] ?? null;
  const age = last && now.getTime() - new Date(last.startedAt).getTime();
  const state = age === null ? 'none' : age > lateAfter ? 'late' : 'good';
  return {
    state,
    backups: backups.length,
    verified: verified.length,
    last,
    age,
    ...(state !== 'good' && { alarm: lateAlarm(scope, last, age) }),
  };
}

function lateAlarm({ environment }: Scope, last: Manifest | null, age: number | null): Alarm {
  const hint = `Look at the last run, and make one now: conductor backup create ${environment}`;
  if (last === null || age === null) {
    return { kind: 'late', message: `${environment} has no verified backup.`, hint };
  }
  const message = `The last verified backup of ${environment} is ${Math.floor(age / HOUR)} hours old (${last.id}).`;
  return { kind: 'late', message, hint, backup: last.id };
}
