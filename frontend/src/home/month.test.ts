import { expect, it } from 'vitest';
import { monthOf } from './month.ts';

it.each([
  ['2026-11-23T12:00:00Z', { from: '2026-11-01', to: '2026-12-01' }],
  ['2026-12-31T23:00:00Z', { from: '2026-12-01', to: '2027-01-01' }],
  // In São Paulo it is still the evening before.
  ['2026-12-01T02:00:00Z', { from: '2026-11-01', to: '2026-12-01' }],
])('at %s the month in São Paulo is %j', (now, month) => {
  expect(monthOf('America/Sao_Paulo', new Date(now))).toEqual(month);
});
