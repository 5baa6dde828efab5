import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidate, defaultRetention, planRetention, type RetentionPolicy } from './retention.ts';

const now = new Date('2026-11-23T03:00:00Z');
const day = 24 * 60 * 60 * 1000;
const at = (days: number, verified = true): Candidate => ({
  id: `${days} days old`,
  startedAt: new Date(now.getTime() - days * day),
  verified,
});
const ids = (entries: readonly { id: string }[]) => entries.map(({ id }) => id);

describe('retention', () => {
  test('keeps 30 days and removes what is older', () => {
    const plan = planRetention(
      [0, 1, 15, 29, 30, 31, 90].map((days) => at(days)),
      defaultRetention,
      now,
    );
    expect(ids(plan.remove)).toEqual(['30 days old', '31 days old', '90 days old']);
    expect(plan.blocked).toBeUndefined();
  });

  test('keeps the minimum of verified ones when no newer ones are verified', () => {
    const backups = [at(0, false), at(1, false), at(40), at(50), at(60), at(70)];
    expect(ids(planRetention(backups, defaultRetention, now).remove)).toEqual(['70 days old']);
  });

  test('is blocked, and says so, while too few are verified', () => {
    const plan = planRetention([at(0, false), at(40), at(50), at(60, false)], defaultRetention, now);
    expect(plan.remove).toEqual([]);
    expect(plan.blocked).toBe('only 2 of at least 3 backups are verified');
  });

  test('removes nothing after a failed run', () => {
    const plan = planRetention(
      [0, 1, 2, 40].map((days) => at(days)),
      defaultRetention,
      now,
      true,
    );
    expect(plan.remove).toEqual([]);
    expect(plan.blocked).toContain('the last run failed');
  });

  test('keeps one verified backup of each week and month where asked', () => {
    const policy = { days: 7, weeks: 4, months: 6, minimum: 1 };
    const plan = planRetention(
      Array.from({ length: 400 }, (_, days) => at(days)),
      policy,
      now,
    );
    const weekly = plan.keep.filter(({ reason }) => reason.includes('week'));
    const monthly = plan.keep.filter(({ reason }) => reason.includes('month'));
    expect(weekly.length).toBeGreaterThanOrEqual(2);
    expect(monthly.length).toBeGreaterThanOrEqual(4);
    expect(plan.keep.length).toBeLessThan(7 + 4 + 6 + 1);
  });

  test('a backup from the future stays, and does not count as the newest', () => {
    const plan = planRetention([at(-400), at(40), at(50), at(60), at(70)], defaultRetention, now);
    expect(ids(plan.keep)).toEqual(['-400 days old', '40 days old', '50 days old', '60 days old']);
  });

  test('holds over 10,000 random histories', () => {
    const history = fc.uniqueArray(
      fc.record({ age: fc.integer({ min: -50 * 24, max: 800 * 24 }), verified: fc.boolean() }),
      { maxLength: 60, selector: ({ age }) => age },
    );
    const policies = fc.record({
      days: fc.integer({ min: 0, max: 90 }),
      weeks: fc.integer({ min: 0, max: 10 }),
      months: fc.integer({ min: 0, max: 24 }),
      minimum: fc.integer({ min: 0, max: 10 }),
    });
    fc.assert(
      fc.property(history, policies, fc.boolean(), (entries, policy: RetentionPolicy, failed) => {
        const backups = entries.map(({ age, verified }) => ({
          id: `${age}`,
          startedAt: new Date(now.getTime() - age * 60 * 60 * 1000),
          verified,
        }));
        const plan = planRetention(backups, policy, now, failed);
        const removed = new Set(ids(plan.remove));

        // Every backup is decided on exactly once, and only those that were given.
        expect([...ids(plan.keep), ...removed].sort()).toEqual(backups.map(({ id }) => id).sort());
        if (failed) expect(removed.size).toBe(0);

        const left = backups.filter(({ id }) => !removed.has(id));
        const needed = Math.max(1, policy.minimum);
        const verifiedBefore = backups.filter(({ verified }) => verified).length;
        const verifiedAfter = left.filter(({ verified }) => verified).length;
        expect(verifiedAfter).toBeGreaterThanOrEqual(Math.min(needed, verifiedBefore));
        // With fewer verified ones than the minimum, nothing goes at all.
        if (verifiedBefore < needed) expect(removed.size).toBe(0);

        const age = (id: string) => Number(id) / 24;
        const past = backups.filter(({ id }) => age(id) >= 0).sort((a, b) => age(a.id) - age(b.id));
        if (past[0]) expect(removed.has(past[0].id)).toBe(false);
        const newestVerified = past.find(({ verified }) => verified);
        if (newestVerified) expect(removed.has(newestVerified.id)).toBe(false);
        for (const id of removed) expect(age(id)).toBeGreaterThanOrEqual(policy.days);

        // Deciding again after the removal removes nothing more.
        expect(planRetention(left, policy, now, failed).remove).toEqual([]);
      }),
      { numRuns: 10_000, seed: 20261123 },
    );
  });
});
