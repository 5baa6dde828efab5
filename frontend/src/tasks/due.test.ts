import { expect, it } from 'vitest';
import { defaultDue, dueGroup } from './due.ts';

const now = new Date(2026, 0, 15, 14, 30);
const at = (...parts: [number, number, number, number?]) => new Date(...parts).toISOString();

it('groups tasks as a day is lived', () => {
  const due = (dueAt: string, allDay = false) => dueGroup({ dueAt, allDay }, now);
  expect(due(at(2026, 0, 14, 23))).toBe('overdue');
  expect(due(at(2026, 0, 15, 14))).toBe('overdue');
  expect(due(at(2026, 0, 15, 15))).toBe('today');
  expect(due(at(2026, 0, 15), true)).toBe('today');
  expect(due(at(2026, 0, 16))).toBe('upcoming');
});

it('proposes tomorrow at nine, also at the end of a month', () => {
  expect(defaultDue(new Date(2026, 0, 31, 18))).toBe('2026-02-01T09:00');
});
