import { expect, test } from 'vitest';
import { lastDue } from './schedule.ts';

test.each([
  ['2026-11-23T02:59:59Z', '2026-11-22T03:00:00.000Z'],
  ['2026-11-23T03:00:00Z', '2026-11-23T03:00:00.000Z'],
  ['2026-11-23T23:00:00Z', '2026-11-23T03:00:00.000Z'],
  ['2028-03-01T01:00:00Z', '2028-02-29T03:00:00.000Z'],
  ['2027-01-01T00:00:00Z', '2026-12-31T03:00:00.000Z'],
])('at %s it was last due at %s', (now, due) => {
  expect(lastDue(new Date(now)).toISOString()).toBe(due);
});
