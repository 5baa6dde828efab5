import type { CheckResult } from './run-checks.ts';

/** When what a check has found should be fixed. */
export type Urgency = 'now' | 'before-production' | 'good-to-have';

/** The headings under which people read them, in their order. */
export const urgencies: Readonly<Record<Urgency, string>> = {
  now: 'Must be fixed now',
  'before-production': 'Before others depend on it (not required here)',
  'good-to-have': 'Good to have',
};

/** A required check that failed stops a deploy now; one that is not required here would elsewhere. Null: nothing to fix. */
export function urgencyOf(result: CheckResult): Urgency | null {
  if (result.state === 'skipped' || result.finding.level === 'ok') return null;
  if (result.finding.level === 'warning') return 'good-to-have';
  return result.required ? 'now' : 'before-production';
}
