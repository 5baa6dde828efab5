import { expect, it } from 'vitest';
import type { History } from '../ledger/history.ts';
import type { Observed } from '../model/observed.ts';
import { firstLive } from './check-context.ts';

const history = (...ends: [verdict: string, at: string][]) =>
  ({ deploys: ends.map(([verdict, at]) => ({ end: { verdict, at } })) }) as unknown as History;
const seen = (live: string | null) => ({ live }) as Observed;

it('takes nothing for new that serves, though the history of it is lost', () => {
  const at = '2026-11-02T00:00:00.000Z';
  expect(firstLive(history(['failed', '2026-11-01T00:00:00.000Z'], ['live', at]), seen('v2'))).toEqual(
    new Date(at),
  );
  expect(firstLive(history(), seen('v1'))).toEqual(new Date(0));
  expect(firstLive(history(['failed', at]), seen(null))).toBeNull();
  expect(firstLive(history(), null)).toBeNull();
});
