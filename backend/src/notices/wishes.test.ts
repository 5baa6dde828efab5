import { describe, expect, it } from 'vitest';
import { noticeKinds, noticeWishes, quietUntil, wallClock } from './wishes.ts';

const night = { from: '20:00', to: '07:00' };
const until = (quiet: typeof night | null, zone: string, now: string) =>
  quietUntil(quiet, zone, new Date(now))?.toISOString() ?? null;

describe('quiet hours', () => {
  it.each([
    ['before midnight', '2026-11-26T23:30:00-03:00', '2026-11-27T10:00:00.000Z'],
    ['after midnight', '2026-11-27T06:59:00-03:00', '2026-11-27T10:00:00.000Z'],
    ['as they begin', '2026-11-26T20:00:00-03:00', '2026-11-27T10:00:00.000Z'],
    ['as they end', '2026-11-27T07:00:00-03:00', null],
    ['by day', '2026-11-27T12:00:00-03:00', null],
  ])('over night, %s', (_name, now, end) => {
    expect(until(night, 'America/Sao_Paulo', now)).toBe(end);
  });

  it('within a day', () => {
    const lunch = { from: '12:00', to: '13:30' };
    expect(until(lunch, 'America/Sao_Paulo', '2026-11-26T12:10:00-03:00')).toBe('2026-11-26T16:30:00.000Z');
    expect(until(lunch, 'America/Sao_Paulo', '2026-11-26T13:30:00-03:00')).toBeNull();
  });

  it('end by the clock on the wall in the nights that it is changed', () => {
    // Lisbon goes back an hour on 25 October 2026, and forward on 29 March 2026.
    expect(until(night, 'Europe/Lisbon', '2026-10-24T22:00:00+01:00')).toBe('2026-10-25T07:00:00.000Z');
    expect(until(night, 'Europe/Lisbon', '2026-03-28T22:00:00Z')).toBe('2026-03-29T06:00:00.000Z');
    // An hour that the clocks leave out is over when they have left it out.
    const gap = { from: '22:00', to: '01:30' };
    const end = until(gap, 'Europe/Lisbon', '2026-03-29T00:30:00Z')!;
    expect(['2026-03-29T00:30:00.000Z', '2026-03-29T01:30:00.000Z']).toContain(end);
  });

  it('are none where nobody wants them, or they have no length', () => {
    expect(until(null, 'UTC', '2026-11-26T23:30:00Z')).toBeNull();
    expect(until({ from: '08:00', to: '08:00' }, 'UTC', '2026-11-26T08:00:00Z')).toBeNull();
  });
});

describe('the clock on the wall', () => {
  it('is that of the time zone', () => {
    const moment = new Date('2026-11-28T02:30:00Z');
    expect(wallClock('America/Sao_Paulo', moment)).toEqual({
      day: '2026-11-27',
      time: '23:30',
      weekday: true,
    });
    expect(wallClock('Europe/Lisbon', moment)).toEqual({ day: '2026-11-28', time: '02:30', weekday: false });
  });
});

describe('wishes', () => {
  it('are the usual ones for every kind where nobody said anything', () => {
    const usual = noticeWishes.parse({});
    expect(Object.keys(usual.channels)).toEqual([...noticeKinds]);
    expect(usual).toMatchObject({ quiet: night, digest: true, channels: { mention: 'email' } });
  });

  it('refuse what is no time and what is no kind', () => {
    expect(noticeWishes.safeParse({ quiet: { from: '24:00', to: '07:00' } }).success).toBe(false);
    expect(noticeWishes.safeParse({ channels: { birthday: 'app' } }).success).toBe(false);
  });
});
