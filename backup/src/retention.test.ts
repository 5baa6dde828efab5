import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { candidate, suspicious } from '../test/candidates.ts';
import { type Candidate, isBefore } from './counts.ts';
import {
  defaultRetention,
  planRetention,
  type RetentionOptions,
  type RetentionPlan,
  type RetentionPolicy,
} from './retention.ts';

const now = new Date('2026-11-23T03:00:00Z');
const day = 24 * 60 * 60 * 1000;
const at = (days: number, what: Partial<Candidate> = {}): Candidate => candidate(now, days, what);
const pending = { verification: { state: 'pending' } } as const;
/** How the nights of a random history went. */
interface Night {
  /** Hours since the one before. */
  readonly gap: number;
  readonly purpose: Candidate['purpose'];
  readonly state: 'verified' | 'pending' | 'failed';
  readonly suspicious: boolean;
  /** Hours that the clock was wrong by. */
  readonly wrong: number;
}

const ids = (entries: readonly { id: string }[]) => entries.map(({ id }) => id);

/** What retention comes to, in as many runs as it takes. */
const plan = (
  backups: readonly Candidate[],
  policy: RetentionPolicy,
  at: Date,
  options: RetentionOptions = {},
): RetentionPlan => planRetention(backups, policy, at, { confirmed: true, ...options });

describe('retention', () => {
  test('keeps 30 days and removes what is older', () => {
    const found = plan(
      [0, 1, 15, 29, 30, 31, 90].map((days) => at(days)),
      defaultRetention,
      now,
    );
    expect(ids(found.remove)).toEqual(['30 days old', '31 days old', '90 days old']);
    expect(found.blocked).toBeUndefined();
  });

  test('keeps the minimum of good ones when no newer ones are good', () => {
    const backups = [at(0, pending), at(1, pending), at(40), at(50), at(60), at(70)];
    expect(ids(plan(backups, defaultRetention, now).remove)).toEqual(['70 days old']);
  });

  test('is blocked, and says so, while too few are good', () => {
    const found = plan([at(0, pending), at(40), at(50), at(60, pending)], defaultRetention, now);
    expect(found.remove).toEqual([]);
    expect(found.blocked).toBe('only 2 of at least 3 good ones are there');
  });

  test('removes nothing while something forbids it, such as a failed run', () => {
    const found = plan(
      [0, 1, 2, 40].map((days) => at(days)),
      defaultRetention,
      now,
      { hold: 'the last run failed, so nothing is removed' },
    );
    expect(found.remove).toEqual([]);
    expect(found.blocked).toContain('the last run failed');
  });

  test('keeps one good backup of each week and month where asked', () => {
    const policy = { days: 7, weeks: 4, months: 6, minimum: 1 };
    const found = plan(
      Array.from({ length: 400 }, (_, days) => at(days)),
      policy,
      now,
    );
    const weekly = found.keep.filter(({ reason }) => reason.includes('week'));
    const monthly = found.keep.filter(({ reason }) => reason.includes('month'));
    expect(weekly.length).toBeGreaterThanOrEqual(2);
    expect(monthly.length).toBeGreaterThanOrEqual(4);
    expect(found.keep.length).toBeLessThan(7 + 4 + 6 + 1);
  });

  test('a backup from the future stays, and does not count as the newest', () => {
    const found = plan([at(-400), at(40), at(50), at(60), at(70)], defaultRetention, now);
    expect(ids(found.keep)).toEqual(['-400 days old', '40 days old', '50 days old', '60 days old']);
  });

  test('does not take what was made before restores of an emptied database for what it lost', () => {
    const scheduled = [36, 37, 38, 39, 40].map((days) => at(days));
    const attempts = [0.1, 0.2, 0.3].map((days) => at(days, { purpose: 'before-restore' }));
    const found = plan([...attempts, ...scheduled], defaultRetention, now);
    expect(ids(found.keep)).toEqual([...ids(attempts), '36 days old', '37 days old', '38 days old']);
  });

  test.each([
    ['suspicious', { suspicious }],
    ['made before a restore', { purpose: 'before-restore' as const }],
    ['made before a deploy', { purpose: 'before-deploy' as const }],
  ])('gives no slot of a week, a month or the minimum to one that is %s', (_what, what) => {
    const policy = { days: 0, weeks: 2, months: 2, minimum: 2 };
    const scheduled = [1, 9, 40, 70].map((days) => at(days));
    const without = plan(scheduled, policy, now);
    const storm = Array.from({ length: 40 }, (_, index) => at(index / 10, { ...what, id: `storm ${index}` }));
    const found = plan([...storm, ...scheduled], policy, now);
    const removed = (entries: readonly { id: string }[]) =>
      ids(entries).filter((id) => !id.startsWith('storm'));
    expect(removed(found.remove)).toEqual(ids(without.remove));
  });

  test.each(['before-restore', 'before-deploy'] as const)(
    'keeps those made %s for 14 days, and the last five however old',
    (purpose) => {
      const made = [13, 15, 16, 17, 18, 19, 20].map((days) => at(days, { purpose }));
      const many = Array.from({ length: 9 }, (_, index) => at(index + 1, { purpose }));
      const scheduled = [0, 1, 2].map((days) => at(days, { id: `scheduled ${days}` }));
      const removed = (backups: Candidate[]) =>
        ids(plan([...backups, ...scheduled], defaultRetention, now).remove);
      expect(removed(made)).toEqual(['19 days old', '20 days old']);
      expect(removed(many)).toEqual([]);
    },
  );

  test('keeps the newest one that is not suspicious beside the newest, verified or not', () => {
    const backups = [at(0, { suspicious }), at(35, pending), at(36, pending), at(40), at(41), at(42)];
    expect(ids(plan(backups, defaultRetention, now).remove)).toEqual(['36 days old']);
  });

  test('removes one with a wrong date when the next one after it is old enough', () => {
    const nights = [70, 60, 50, 3, 2, 1].map((days, index) => at(days, { sequence: index + 1 }));
    const wrong = (index: number) =>
      nights.map((night, at) => (at === index ? { ...night, startedAt: '2027-11-23T03:00:00.000Z' } : night));
    const removed = (index: number) => ids(plan(wrong(index), defaultRetention, now).remove);
    expect(removed(1)).toEqual(['60 days old', '50 days old', '70 days old']);
    // It was made before the one of three days ago, and nobody knows how long before.
    expect(removed(2)).toEqual(['60 days old', '70 days old']);
  });

  const nights = (...days: number[]) => days.map((each) => at(each));

  test('removes no more than a tenth at once, first what does not count, then the oldest', () => {
    const backups = Array.from({ length: 50 }, (_, days) => at(days));
    const spoiled = backups.map((backup) =>
      backup.id === '35 days old' ? { ...backup, suspicious } : backup,
    );
    const found = planRetention(spoiled, defaultRetention, now);
    expect(ids(found.remove).sort()).toEqual([35, 46, 47, 48, 49].map((days) => `${days} days old`).sort());
    expect(found.waiting).toBe(15);
    expect(ids(planRetention(nights(0, 1, 2, 31, 32), defaultRetention, now).remove)).toEqual([
      '32 days old',
    ]);
    expect(planRetention(spoiled, defaultRetention, now, { confirmed: true }).remove).toHaveLength(20);
  });

  test.each([
    ['tonight', 365, Array.from({ length: 31 }, (_, days) => days + 1)],
    ['when it has made a backup itself', 365, [-365, ...Array.from({ length: 31 }, (_, days) => days + 1)]],
    ['the night after', 366, [-365, ...Array.from({ length: 31 }, (_, days) => days + 1)]],
  ])('removes nothing with a clock that is a year ahead, %s', (_when, ahead, days) => {
    const later = new Date(now.getTime() + ahead * day);
    const trash = [{ id: 'removed yesterday', at: new Date(now.getTime() - day).toISOString() }];
    const found = planRetention(nights(...days), defaultRetention, later, { trash });
    expect([found.remove, found.empty]).toEqual([[], []]);
    expect(found.blocked).toContain('a clock that jumped ahead looks the same');
    expect(plan(nights(...days), defaultRetention, later).remove.length).toBeGreaterThan(20);
  });

  test('empties the trash after seven days, and not while something forbids it', () => {
    const trash = [6.9, 7.1].map((days) => ({ id: `${days}`, at: at(days).startedAt }));
    const backups = nights(0, 1, 2);
    expect(ids(planRetention(backups, defaultRetention, now, { trash }).empty)).toEqual(['7.1']);
    for (const options of [{ hold: 'no' }, {}])
      expect(
        planRetention(options.hold ? backups : nights(0, 1), defaultRetention, now, { trash, ...options })
          .empty,
      ).toEqual([]);
  });

  test('keeps what was brought back as if it had been made then', () => {
    const undeleted = at(3).startedAt;
    const backups = [...nights(0, 1, 2), at(50, { undeleted }), at(51)];
    expect(ids(plan(backups, defaultRetention, now).remove)).toEqual(['51 days old']);
  });

  describe('over 10,000 random histories', () => {
    const hour = 60 * 60 * 1000;
    const night: fc.Arbitrary<Night> = fc.record({
      gap: fc.oneof({ weight: 6, arbitrary: fc.constant(24) }, fc.integer({ min: 0, max: 90 * 24 })),
      purpose: fc.constantFrom<Candidate['purpose'][]>(
        'scheduled',
        'scheduled',
        'manual',
        'before-deploy',
        'before-restore',
      ),
      state: fc.constantFrom<Night['state'][]>('verified', 'verified', 'verified', 'pending', 'failed'),
      suspicious: fc.boolean(),
      wrong: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: -9_000, max: 9_000 })),
    });
    const nights = fc.array(night, { maxLength: 60, size: 'max' });
    const policies = fc.record({
      days: fc.integer({ min: 0, max: 90 }),
      weeks: fc.integer({ min: 0, max: 10 }),
      months: fc.integer({ min: 0, max: 24 }),
      minimum: fc.integer({ min: 0, max: 10 }),
    });
    const assert = <T extends [unknown, ...unknown[]]>(property: fc.IProperty<T>) =>
      fc.assert(property, { numRuns: 10_000, seed: 20261123 });

    /** Oldest first; the last one was made an hour ago. */
    function history(nights: readonly Night[], rightClock = false): Candidate[] {
      let ago = 1;
      const backups: Candidate[] = [];
      for (const [index, { gap, purpose, state, wrong, ...night }] of [...nights.entries()].reverse()) {
        backups.unshift({
          ...{ id: `${index}`, sequence: index + 1, purpose, verification: { state } },
          startedAt: new Date(now.getTime() - (ago - (rightClock ? 0 : wrong)) * hour).toISOString(),
          ...(night.suspicious && { suspicious }),
        });
        ago += gap;
      }
      return backups;
    }

    const isSound = ({ purpose, verification, suspicious }: Candidate) =>
      verification.state === 'verified' && !isBefore(purpose) && suspicious === undefined;

    test('the last good one and the minimum of good ones stay, whatever the clock said and says', () => {
      assert(
        fc.property(
          nights,
          policies,
          fc.oneof(fc.constant(0), fc.integer({ min: -9_000, max: 9_000 })),
          fc.boolean(),
          fc.boolean(),
          (nights, policy, wrongNow, failed, confirmed) => {
            const backups = history(nights);
            const found = planRetention(backups, policy, new Date(now.getTime() + wrongNow * hour), {
              confirmed,
              ...(failed && { hold: 'the last run failed' }),
            });
            const removed = new Set(ids(found.remove));
            // Every backup is decided on exactly once, and only those that were given.
            expect([...ids(found.keep), ...removed].sort()).toEqual(ids(backups).sort());
            if (failed) expect(removed.size).toBe(0);
            if (!confirmed)
              expect(removed.size).toBeLessThanOrEqual(Math.max(1, Math.floor(backups.length / 10)));
            const sound = backups.filter(isSound).reverse();
            for (const { id } of sound.slice(0, Math.max(1, policy.minimum)))
              expect(removed.has(id)).toBe(false);
            // Deciding again after the removal removes nothing more of them either.
            const left = backups.filter(({ id }) => !removed.has(id));
            const again = new Set(ids(plan(left, policy, now).remove));
            for (const { id } of sound.slice(0, Math.max(1, policy.minimum)))
              expect(again.has(id)).toBe(false);
          },
        ),
      );
    });

    test('with a right clock nothing that does not count is why one that does goes', () => {
      assert(
        fc.property(nights, policies, (nights, policy) => {
          const backups = history(nights, true);
          const sound = backups.filter(isSound);
          const removed = new Set(ids(plan(backups, policy, now).remove));
          const alone = new Set(ids(plan(sound, policy, now).remove));
          for (const { id } of sound) if (removed.has(id)) expect(alone.has(id)).toBe(true);
          const age = ({ startedAt }: Candidate) => (now.getTime() - Date.parse(startedAt)) / day;
          for (const backup of backups)
            if (removed.has(backup.id))
              expect(age(backup)).toBeGreaterThanOrEqual(isBefore(backup.purpose) ? 14 : policy.days);
          const left = backups.filter(({ id }) => !removed.has(id));
          expect(plan(left, policy, now).remove).toEqual([]);
        }),
      );
    });
  });
});
