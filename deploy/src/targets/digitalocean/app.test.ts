import { expect, it } from 'vitest';
import { stateOf } from './app.ts';

it.each([
  ['live', 'ACTIVE'],
  ['superseded', 'SUPERSEDED'],
  ['failed', 'ERROR'],
  ['canceled', 'CANCELED'],
  ['starting', 'DEPLOYING'],
  // Words that DigitalOcean may add tomorrow: none of them proves that anything serves.
  ['unknown', 'UNKNOWN'],
  ['unknown', 'COMPLETED'],
  ['unknown', 'active'],
  ['unknown', ''],
] as const)('reads as %s: %s', (state, phase) => {
  expect(stateOf(phase)).toBe(state);
});
