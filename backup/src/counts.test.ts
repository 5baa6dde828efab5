import { describe, expect, test } from 'vitest';
import { candidate, suspicious } from '../test/candidates.ts';
import { type Candidate, judge } from './counts.ts';

const now = new Date('2026-11-23T12:00:00Z');
const at = (days: number, what: Partial<Candidate> = {}) => candidate(now, days, what);
const good = (...backups: Candidate[]) => judge(backups, now).good.map(({ id }) => id);

describe('what counts', () => {
  test.each<[string, Partial<Candidate>]>([
    ['it is not verified', { verification: { state: 'pending' } }],
    ['it failed its proof', { verification: { state: 'failed' } }],
    ['it was made before a restore', { purpose: 'before-restore' }],
    ['it was made before a deploy', { purpose: 'before-deploy' }],
    ['it is suspicious', { suspicious }],
    ['its date is wrong', { startedAt: '2027-11-23T03:00:00.000Z' }],
  ])('is none of which one must say: %s', (why, what) => {
    const { good, others } = judge([at(2), at(1, what)], now);
    expect(good).toEqual([at(2)]);
    expect([...others]).toEqual([['1 days old', why]]);
  });

  test('is one that was asked for, and a suspicious one that was accepted', () => {
    const accepted = { ...suspicious, accepted: now.toISOString() };
    expect(good(at(1, { suspicious: accepted }), at(2, { purpose: 'manual' }))).toEqual([
      '1 days old',
      '2 days old',
    ]);
  });

  test('is one of another machine whose clock is a little ahead', () => {
    expect(good(at(-4 / 24 / 60))).toHaveLength(1);
    expect(good(at(-6 / 24 / 60))).toHaveLength(0);
  });

  test('is all but the one whose date does not fit its sequence, when that date has come, too', () => {
    const nights = [5, 4, 3, 2, 1].map((days, index) => at(days, { sequence: index + 1 }));
    for (const wrong of [-0.001, 0.5, 400]) {
      const { good, others, madeAt } = judge(
        nights.map((night) => (night.sequence === 3 ? { ...night, startedAt: at(wrong).startedAt } : night)),
        now,
      );
      expect(good.map(({ sequence }) => sequence)).toEqual([5, 4, 2, 1]);
      expect([...others.keys()]).toEqual(['3 days old']);
      // Made before the next one, so at the latest then.
      expect(madeAt.get('3 days old')).toBe(Date.parse(nights[3]!.startedAt));
    }
  });
});
