import { describe, expect, test } from 'vitest';
import { describeInstant, fromHex, parseInstant, toHex } from './instant.ts';

describe('a point in time', () => {
  test.each([
    ['2026-11-24T14:03Z', 1795528980],
    ['2026-11-24T15:03:20+01:00', 1795529000],
    ['2026-11-24T14:03:20.999Z', 1795529000],
  ])('is read from %s', (text, t) => {
    expect(parseInstant(text)).toEqual({ t, i: 0 });
  });

  test('is read from seconds and count, as mongorestore has it', () => {
    expect(parseInstant('1795529000:3')).toEqual({ t: 1795529000, i: 3 });
    expect(parseInstant('1795529000')).toEqual({ t: 1795529000, i: 0 });
  });

  test.each(['yesterday', '2026-11-24', '2026-11-24T14:03', '14:03Z', '', '2026-13-24T14:03Z', '12:3'])(
    'is not read from "%s"',
    (text) => {
      expect(() => parseInstant(text)).toThrow('is not a point in time');
    },
  );

  test('is the same when it was written down', () => {
    const instant = { t: 1795529000, i: 4_000_000_000 };
    expect(fromHex(toHex(instant))).toEqual(instant);
    expect(fromHex('xyz')).toBeUndefined();
    expect(toHex({ t: 1, i: 2 }) < toHex({ t: 1, i: 10 })).toBe(true);
    expect(describeInstant(instant)).toBe('2026-11-24T14:03:20Z');
  });
});
