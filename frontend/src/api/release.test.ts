import { expect, it } from 'vitest';
import { isNewer } from './release.ts';

it.each([
  ['v20260102_030406', 'v20260102_030405', true],
  ['v20260102_030405', 'v20260102_030405', false],
  ['v20260101_000000', 'v20260102_030405', false],
  ['dev', 'v20260102_030405', false],
  ['v20260102_030405', 'development', false],
])('%s after %s: %s', (answered, own, expected) => {
  expect(isNewer(answered, own)).toBe(expected);
});
