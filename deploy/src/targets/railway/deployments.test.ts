import { expect, it } from 'vitest';
import { readingOf } from './deployments.ts';
import type { Deployment } from './operations.ts';

const deployment = (part: Partial<Deployment>): Deployment => ({
  id: 'd',
  status: 'SUCCESS',
  createdAt: '2026-11-23T12:00:00.000Z',
  canRollback: false,
  deploymentStopped: false,
  staticUrl: null,
  instances: [{ status: 'RUNNING' }],
  ...part,
});

it.each([
  ['live', {}],
  ['live', { status: 'SLEEPING' }],
  ['live', { status: 'SLEEPING', instances: [{ status: 'STOPPED' }] }],
  ['failed', { status: 'SLEEPING', deploymentStopped: true }],
  ['live', { instances: [{ status: 'REMOVED' }, { status: 'RUNNING' }] }],
  ['live', { instances: [{ status: 'RUNNING' }, { status: 'REMOVING' }] }],
  ['starting', { instances: [{ status: 'REMOVED' }] }],
  ['failed', { deploymentStopped: true }],
  ['failed', { instances: [{ status: 'RUNNING' }, { status: 'CRASHED' }] }],
  ['starting', { instances: [{ status: 'RUNNING' }, { status: 'INITIALIZING' }] }],
  ['pending', { status: 'NEEDS_APPROVAL' }],
  ['superseded', { status: 'REMOVED' }],
  ['failed', { status: 'SKIPPED' }],
  ['canceled', { status: 'CANCELLED' }],
  ['unknown', { status: 'HIBERNATING' }],
] as const)('reads as %s: %o', (state, part) => {
  expect(readingOf(deployment(part as Partial<Deployment>)).state).toBe(state);
});
