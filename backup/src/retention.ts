import type { BackupId } from './layout.ts';

/** Which backups to keep. */
export interface RetentionPolicy {
  /** Every backup younger than this many days. Default 30. */
  readonly days: number;
  /** The newest verified one of each of the last so many weeks (ISO weeks, UTC). Default 0. */
  readonly weeks: number;
  /** The newest verified one of each of the last so many months (UTC). Default 0. */
  readonly months: number;
  /** At least so many verified ones, however old. Default 3, never less than 1. */
  readonly minimum: number;
}

export const defaultRetention: RetentionPolicy = { days: 30, weeks: 0, months: 0, minimum: 3 };

/** What retention needs to know of a backup. */
export interface Candidate {
  readonly id: BackupId;
  readonly startedAt: Date;
  readonly verified: boolean;
}

export interface RetentionPlan {
  readonly keep: readonly { readonly id: BackupId; readonly reason: string }[];
  readonly remove: readonly { readonly id: BackupId; readonly reason: string }[];
  /** Why old backups stay although their time is over; absent when none does. */
  readonly blocked?: string;
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * Decides, and does nothing. The newest backup and the newest verified one always stay, and so do those from the future, which
 * only a wrong clock makes. Nothing is removed after a failed run: `lastRunFailed`.
 */
export function planRetention(
  backups: readonly Candidate[],
  policy: RetentionPolicy,
  now: Date,
  lastRunFailed = false,
): RetentionPlan {
  const newestFirst = [...backups].sort(
    (a, b) => b.startedAt.getTime() - a.startedAt.getTime() || (a.id < b.id ? 1 : -1),
  );
  const reasons = new Map<BackupId, string>();
  const keep = (backup: Candidate, reason: string) => {
    if (!reasons.has(backup.id)) reasons.set(backup.id, reason);
  };
  const present = newestFirst.filter(({ startedAt }) => startedAt.getTime() <= now.getTime());
  const verified = present.filter((backup) => backup.verified);

  for (const backup of newestFirst)
    if (!present.includes(backup)) keep(backup, 'from the future: look at the clock');
  if (present[0]) keep(present[0], 'newest');
  for (const backup of present) {
    if (now.getTime() - backup.startedAt.getTime() < policy.days * DAY)
      keep(backup, `younger than ${policy.days} days`);
  }
  for (const backup of newestOfEach(verified, policy.weeks, weekOf))
    keep(backup, 'newest verified of its week');
  for (const backup of newestOfEach(verified, policy.months, monthOf))
    keep(backup, 'newest verified of its month');
  const needed = Math.max(1, policy.minimum);
  for (const backup of verified.slice(0, needed)) keep(backup, `one of the last ${needed} verified`);

  const expired = newestFirst.filter(({ id }) => !reasons.has(id));
  const blocked = whyBlocked(expired, verified, needed, lastRunFailed);
  if (blocked !== undefined) for (const backup of expired) keep(backup, blocked);
  return {
    keep: newestFirst.flatMap(({ id }) => (reasons.has(id) ? [{ id, reason: reasons.get(id)! }] : [])),
    remove: newestFirst.flatMap(({ id }) =>
      reasons.has(id) ? [] : [{ id, reason: `older than ${policy.days} days` }],
    ),
    ...(blocked === undefined ? {} : { blocked }),
  };
}

function whyBlocked(
  expired: readonly Candidate[],
  verified: readonly Candidate[],
  needed: number,
  lastRunFailed: boolean,
): string | undefined {
  if (expired.length === 0) return undefined;
  if (lastRunFailed) return 'the last run failed, so nothing is removed';
  if (verified.length < needed) return `only ${verified.length} of at least ${needed} backups are verified`;
  return undefined;
}

function newestOfEach(
  newestFirst: readonly Candidate[],
  periods: number,
  periodOf: (date: Date) => string,
): Candidate[] {
  const seen = new Map<string, Candidate>();
  for (const backup of newestFirst) {
    const period = periodOf(backup.startedAt);
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
