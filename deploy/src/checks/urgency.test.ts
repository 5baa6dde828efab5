import { expect, it } from 'vitest';
import { checksBefore } from './index.ts';
import type { CheckResult } from './run-checks.ts';
import { urgencyOf } from './urgency.ts';

const check = checksBefore[0]!;
const answered = (level: 'ok' | 'warning' | 'failure', required: boolean): CheckResult => ({
  check,
  state: 'answered',
  finding: { level, title: check.title },
  required,
  seconds: 0,
});

it('says of what a check has found when it should be fixed', () => {
  expect(urgencyOf(answered('failure', true))).toBe('now');
  expect(urgencyOf(answered('failure', false))).toBe('before-production');
  expect(urgencyOf(answered('warning', true))).toBe('good-to-have');
  expect(urgencyOf(answered('ok', true))).toBeNull();
  expect(urgencyOf({ check, state: 'skipped', why: 'off' })).toBeNull();
});
