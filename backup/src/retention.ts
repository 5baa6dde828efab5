import { type Candidate, isBefore, isSuspicious, judge } from './counts.ts';
import type { BackupId } from './layout.ts';

/** Which backups to keep. */
export interface RetentionPolicy {
  /** Every backup younger than this many days. Default 30. */
  readonly days: number;
  /** The newest good one of each of the last so many weeks (ISO weeks, UTC). Default 0. */
  readonly weeks: number;
  /** The newest good one of each of the last so many months (UTC). Default 0. */
  readonly months: number;
  /** At least so many good ones, however old. Default 3, never less than 1. */
  readonly minimum: number;
}

export const defaultRetention: RetentionPolicy = { days: 30, weeks: 0, months: 0, minimum: 3 };

/** Of those made before a deploy, and of those made before a restore: so many stay however old, and all so many days. */
const BEFORE = { count: 5, days: 14 };

export interface RetentionPlan {
  readonly keep: readonly { readonly id: BackupId; readonly reason: string }[];
  readonly remove: readonly { readonly id: BackupId; readonly reason: string }[];
  /** Why old backups stay although their time is over; absent when none does. */
  readonly blocked?: string;
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * Decides, and does nothing. Only those that count (see {@link judge}) fill the minimum and the slots of weeks and months, so that nothing
 * else takes the place of one. The newest backup and the newest good one always stay, and so do those of which nobody knows when they were
 * made. Nothing is removed after a failed run: `lastRunFailed`.
 */
export function planRetention(
  backups: readonly Candidate[],
  policy: RetentionPolicy,
  now: Date,
  lastRunFailed = false,
): RetentionPlan {
  const { good, sound, madeAt } = judge(backups, now);
  const reasons = new Map<BackupId, string>();
  const keep = (backup: Candidate, reason: string) => {
    if (!reasons.has(backup.id)) reasons.set(backup.id, reason);
  };
  const known = backups.filter(({ id }) => madeAt.has(id));
  const newestFirst = known.sort((a, b) => madeAt.get(b.id)! - madeAt.get(a.id)! || (a.id < b.id ? 1 : -1));
  const isYounger = ({ id }: Candidate, days: number) => now.getTime() - madeAt.get(id)! < days * DAY;

  for (const backup of backups)
    if (!madeAt.has(backup.id)) keep(backup, 'from the future: look at the clock');
  const regular = newestFirst.filter(({ purpose }) => !isBefore(purpose));
  const unsuspicious = regular.filter((backup) => !isSuspicious(backup));
  for (const newest of [regular[0], unsuspicious[0]]) if (newest) keep(newest, 'newest');
  for (const backup of regular)
    if (isYounger(backup, policy.days)) keep(backup, `younger than ${policy.days} days`);
  for (const backup of newestOfEach(good, policy.weeks, weekOf)) keep(backup, 'newest good one of its week');
  for (const backup of newestOfEach(good, policy.months, monthOf))
    keep(backup, 'newest good one of its month');
  const needed = Math.max(1, policy.minimum);
  for (const backup of [...good.slice(0, needed), ...sound.slice(0, needed)])
    keep(backup, `one of the last ${needed} good ones`);
  for (const purpose of ['before-deploy', 'before-restore']) {
    const of = newestFirst.filter((backup) => backup.purpose === purpose);
    for (const backup of of.slice(0, BEFORE.count))
      keep(backup, `one of the last ${BEFORE.count} ${purpose}`);
    for (const backup of of)
      if (isYounger(backup, BEFORE.days)) keep(backup, `${purpose}, younger than ${BEFORE.days} days`);
  }

  const expired = newestFirst.filter(({ id }) => !reasons.has(id));
  const blocked = whyBlocked(expired.length, good.length, needed, lastRunFailed);
  if (blocked !== undefined) for (const backup of expired) keep(backup, blocked);
  const why = ({ purpose }: Candidate) =>
    `older than ${isBefore(purpose) ? `${BEFORE.days} days, ${purpose}` : `${policy.days} days`}`;
  return {
    keep: backups.flatMap(({ id }) => (reasons.has(id) ? [{ id, reason: reasons.get(id)! }] : [])),
    remove: newestFirst.flatMap((backup) =>
      reasons.has(backup.id) ? [] : [{ id: backup.id, reason: why(backup) }],
    ),
    ...(blocked === undefined ? {} : { blocked }),
  };
}

function whyBlocked(
  expired: number,
  good: number,
  needed: number,
  lastRunFailed: boolean,
): string | undefined {
  if (expired === 0) return undefined;
  if (lastRunFailed) return 'the last run failed, so nothing is removed';
  if (good < needed) return `only ${good} of at least ${needed} good ones are there`;
  return undefined;
}

function newestOfEach<T extends Candidate>(
  newestFirst: readonly T[],
  periods: number,
  periodOf: (date: Date) => string,
): T[] {
  const seen = new Map<string, T>();
  for (const backup of newestFirst) {
    const period = periodOf(new Date(backup.startedAt));
    if (!seen.has(period)) seen.set(period, backup);
  }
  return [...seen.values()].slice(0, periods);
}

const monthOf = (date: Date): string => date.toISOString().slice(0, 7);

/** The Monday that the week of `date` begins with. */
function weekOf(date: Date): string {
  const daysSinceMonday = (date.getUTCDay() + 6) % 7;
  return new Date(date.getTime() - daysSinceMonday * DAY).toISOString().slice(0, 10);
}
