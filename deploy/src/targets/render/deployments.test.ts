import { expect, it } from 'vitest';
import { readingOf } from './deployments.ts';
import type { RenderDeploy } from './operations.ts';

const deploy = (status: string): RenderDeploy => ({
  id: 'dep-1',
  status,
  createdAt: '2026-11-23T12:00:00.000Z',
});

it.each([
  ['live', 'live'],
  ['superseded', 'deactivated'],
  ['failed', 'update_failed'],
  ['canceled', 'canceled'],
  ['starting', 'update_in_progress'],
  // Words that Render may add tomorrow: none of them proves that anything serves.
  ['unknown', 'succeeded'],
  ['unknown', 'Live'],
  ['unknown', ''],
] as const)('reads as %s: %s', (state, status) => {
  expect(readingOf(deploy(status))).toEqual({ state, detail: status });
});
