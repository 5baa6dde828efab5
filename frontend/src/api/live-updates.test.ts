import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LiveEvent } from './live.ts';
import { isOld, Refresher } from './live-updates.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const event = (type: string, version: number): LiveEvent => ({
  v: 1,
  id: '1',
  type,
  entity: 'lead',
  entityId: 'a1',
  version,
  at: '2026-01-02T03:04:05Z',
});

it('knows its own change again, but takes a score of the same version as news', () => {
  const queryClient = new QueryClient();
  queryClient.setQueryData(['lead', 'a1'], { version: 3 });
  expect(isOld(queryClient, event('lead.updated', 3))).toBe(true);
  expect(isOld(queryClient, event('lead.updated', 4))).toBe(false);
  expect(isOld(queryClient, event('lead.scored', 3))).toBe(false);
  expect(isOld(queryClient, event('lead.deleted', 3))).toBe(false);
  queryClient.clear();
});

it('asks once for each kind of record in a burst', () => {
  const asked: string[] = [];
  const refresher = new Refresher((entity) => asked.push(entity));
  for (let n = 0; n < 50; n++) refresher.soon('lead');
  refresher.soon('deal');
  expect(asked).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(asked).toEqual(['lead', 'deal']);
  refresher.soon('lead');
  refresher.end();
  vi.advanceTimersByTime(200);
  expect(asked).toHaveLength(2);
});
