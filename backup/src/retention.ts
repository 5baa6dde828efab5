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
  /** Days back to which the database can be restored to any time, where its changes are kept. Default 7; 0: not at all. */
  readonly pointInTimeDays?: number;
}

export const defaultRetention: RetentionPolicy = { days: 30, weeks: 0, months: 0, minimum: 3 };

/** Default of {@link RetentionPolicy.pointInTimeDays}. */
export const POINT_IN_TIME_DAYS = 7;

/** Of those made before a deploy, and of those made before a restore: so many stay however old, and all so many days. */
const BEFORE = { count: 5, days: 14 };

/** Days that a backup can be brought back after it was removed. */
export const TRASH_DAYS = 7;

/** Of all backups, one run removes no more than this part, and one at least, unless somebody has confirmed it. */
const AT_ONCE = 1 / 10;

/** Days between two backups after which a clock that jumped ahead looks the same as a pause. */
const PAUSE_DAYS = 14;

export interface RetentionOptions {
  /** What was removed before and when. */
  readonly trash?: readonly { readonly id: BackupId; readonly at: string }[];
  /** Somebody has seen what would go and wants it: more than a tenth at once, and after a long pause. */
  readonly confirmed?: boolean;
  /** Why nothing may be removed now, whatever the backups are. */
  readonly hold?: string;
}

interface Decision {
  readonly id: BackupId;
  readonly reason: string;
}

export interface RetentionPlan {
  readonly keep: readonly Decision[];
  /** Into the trash. */
  readonly remove: readonly Decision[];
  /** Out of the trash, for good. */
  readonly empty: readonly Decision[];
  /** Objects with changes that are too old, which go for good. */
  readonly changes: number;
  /** How many of `keep` wait for their turn, because only so many go in one run. */
  readonly waiting: number;
  /** Why old backups stay although their time is over; absent when none does. */
  readonly blocked?: string;
  /** Why nothing at all may be removed now, also when there is no old backup; absent when something may. */
  readonly hold?: string;
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * Decides, and does nothing. Only those that count (see {@link judge}) fill the minimum and the slots of weeks and months, so that nothing
 * else takes the place of one. The newest backup and the newest good one always stay, and so do those of which nobody knows when they were
 * made.
 */
export function planRetention(
  backups: readonly Candidate[],
  policy: RetentionPolicy,
  now: Date,
  { trash = [], confirmed = false, hold }: RetentionOptions = {},
): RetentionPlan {
  const { good, sound, others, madeAt } = judge(backups, now);
  const reasons = new Map<BackupId, string>();
  const keep = (backup: Candidate, reason: string) => {
    if (!reasons.has(backup.id)) reasons.set(backup.id, reason);
  };
  const known = backups.filter(({ id }) => madeAt.has(id));
  const newestFirst = known.sort((a, b) => madeAt.get(b.id)! - madeAt.get(a.id)! || (a.id < b.id ? 1 : -1));
  const isYounger = ({ id, undeleted }: Candidate, days: number) =>
    now.getTime() - Math.max(madeAt.get(id)!, Date.parse(undeleted ?? '') || 0) < days * DAY;

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
  const old = trash.filter(({ at }) => now.getTime() - Date.parse(at) >= TRASH_DAYS * DAY);
  const pause = confirmed
    ? undefined
    : longPause(
        newestFirst.map(({ id }) => madeAt.get(id)!),
        now,
      );
  const trouble = hold ?? pause ?? tooFew(good.length, needed);
  const blocked = hold ?? (expired.length + old.length === 0 ? undefined : trouble);
  if (blocked !== undefined) for (const backup of expired) keep(backup, blocked);
  const most = confirmed ? expired.length : Math.max(1, Math.floor(backups.length * AT_ONCE));
  // What does not count goes first, and of each the oldest.
  const inTurn = expired
    .filter(({ id }) => !reasons.has(id))
    .reverse()
    .sort((a, b) => Number(others.has(b.id)) - Number(others.has(a.id)));
  const waiting = inTurn.slice(most);
  for (const backup of waiting) keep(backup, `waits: no more than ${most} of ${backups.length} go at once`);
  const why = ({ purpose }: Candidate) =>
    `older than ${isBefore(purpose) ? `${BEFORE.days} days, ${purpose}` : `${policy.days} days`}`;
  return {
    keep: backups.flatMap(({ id }) => (reasons.has(id) ? [{ id, reason: reasons.get(id)! }] : [])),
    remove: newestFirst.flatMap((backup) =>
      reasons.has(backup.id) ? [] : [{ id: backup.id, reason: why(backup) }],
    ),
    empty:
      blocked === undefined ? old.map(({ id }) => ({ id, reason: `${TRASH_DAYS} days in the trash` })) : [],
    changes: 0,
    waiting: waiting.length,
    ...(blocked === undefined ? {} : { blocked }),
    ...(trouble === undefined ? {} : { hold: trouble }),
  };
}

const tooFew = (good: number, needed: number): string | undefined =>
  good < needed ? `only ${good} of at least ${needed} good ones are there` : undefined;

/** Looked for before the newest and before the one before it: the first run after a jump makes one with the new date itself. */
function longPause(newestFirst: readonly number[], now: Date): string | undefined {
  const times = [now.getTime(), ...newestFirst.slice(0, 2)];
  const days = Math.max(0, ...times.slice(1).map((time, index) => (times[index]! - time) / DAY));
  if (days <= PAUSE_DAYS) return undefined;
  return `there is a pause of ${Math.floor(days)} days before the newest ones, and a clock that jumped ahead looks the same: after a real pause, prune with --confirm`;
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
