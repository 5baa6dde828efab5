import type { Alarm } from './alarms.ts';
import { judge } from './counts.ts';
import type { BackupId, Scope } from './layout.ts';
import { listBackups } from './list.ts';
import type { ListOptions, Manifest } from './manifest.ts';
import type { Store } from './stores/store.ts';

/** How an environment's backups are, for `status`, health pages and metrics. */
export interface BackupHealth {
  /** `good`: the last backup that counts is young enough; `late`: it isn't; `none`: there is none. */
  readonly state: 'good' | 'late' | 'none';
  readonly backups: number;
  /** Those that count: verified, and none that is suspicious, has a wrong date or was made before a deploy or a restore. */
  readonly verified: number;
  /** The newest one that counts. */
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
  const { good, others } = judge(backups, now);
  const last = good[0] ?? null;
  // Another machine's clock may be ahead by as much as clocks may differ.
  const age = last && Math.max(0, now.getTime() - Date.parse(last.startedAt));
  const state = age === null ? 'none' : age > lateAfter ? 'late' : 'good';
  return {
    state,
    backups: backups.length,
    verified: good.length,
    last,
    age,
    ...(state !== 'good' && { alarm: lateAlarm(scope, last, age, unusable(backups, others)) }),
  };
}

/** What is newer than all that count, and why it does not. */
function unusable(backups: readonly Manifest[], others: ReadonlyMap<BackupId, string>): string {
  const [newest] = backups;
  const why = newest && others.get(newest.id);
  return why === undefined ? '' : ` The newest, ${newest!.id}, does not count: ${why}.`;
}

function lateAlarm(
  { environment }: Scope,
  last: Manifest | null,
  age: number | null,
  unusable: string,
): Alarm {
  const hint = `Look at the last run, and make one now: conductor backup create ${environment}`;
  if (last === null || age === null) {
    return { kind: 'late', message: `${environment} has no verified backup.${unusable}`, hint };
  }
  const message = `The last verified backup of ${environment} is ${Math.floor(age / HOUR)} hours old (${last.id}).${unusable}`;
  return { kind: 'late', message, hint, backup: last.id };
}
