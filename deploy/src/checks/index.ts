import { newErrors } from './after/new-errors.ts';
import { newIssues } from './after/new-issues.ts';
import { smoke } from './after/smoke.ts';
import { teamNotified } from './after/team-notified.ts';
import { alerts } from './before/alerts.ts';
import { backup } from './before/backup.ts';
import { branch } from './before/branch.ts';
import { build } from './before/build.ts';
import { bundleBudget } from './before/bundle-budget.ts';
import { cleanTree } from './before/clean-tree.ts';
import { consoleLog } from './before/console-log.ts';
import { docsTouched } from './before/docs-touched.ts';
import { domains } from './before/domains.ts';
import { envExample } from './before/env-example.ts';
import { envFiles } from './before/env-files.ts';
import { errorTracking } from './before/error-tracking.ts';
import { healthChecks } from './before/health-checks.ts';
import { indexes } from './before/indexes.ts';
import { lazyRoutes } from './before/lazy-routes.ts';
import { lint } from './before/lint.ts';
import { origins } from './before/origins.ts';
import { plausibleSettings } from './before/plausible-settings.ts';
import { rateLimits } from './before/rate-limits.ts';
import { releaseTask } from './before/release-task.ts';
import { secretsInCommits } from './before/secrets-in-commits.ts';
import { secretsInTree } from './before/secrets-in-tree.ts';
import { secretsReadable } from './before/secrets-readable.ts';
import { securityHeaders } from './before/security-headers.ts';
import { settings } from './before/settings.ts';
import { storesAble } from './before/stores-able.ts';
import { target } from './before/target.ts';
import { tests } from './before/tests.ts';
import { upToDate } from './before/up-to-date.ts';
import type { Check } from './check.ts';

/** Asked before anything is changed. This list is the policy of a deploy; an environment chooses which of it are required. */
export const checksBefore: readonly Check[] = [
  branch,
  cleanTree,
  upToDate,
  lint,
  build,
  tests,
  consoleLog,

  secretsInTree,
  secretsInCommits,
  envFiles,
  envExample,
  secretsReadable,
  settings,
  plausibleSettings,
  origins,
  securityHeaders,
  rateLimits,

  indexes,
  releaseTask,
  storesAble,
  backup,

  bundleBudget,
  lazyRoutes,

  errorTracking,
  healthChecks,
  alerts,

  docsTouched,

  target,
  domains,
];

/** Asked once the new release serves. */
export const checksAfter: readonly Check[] = [smoke, newErrors, newIssues, teamNotified];

export { type ChecksPolicy, type ChecksPolicyInput, checksPolicySchema } from '../config/checks.ts';
export type { Answer, Check, Section } from './check.ts';
export { type ChecklistHead, renderChecklist } from './checklist.ts';
export type { CheckContext, Cutover, SettingFact } from './context.ts';
export { findGit, type Git } from './git.ts';
export {
  assertKnownChecks,
  blocking,
  type CheckEvent,
  type CheckResult,
  runChecks,
  type Selection,
} from './run-checks.ts';
export { commandRunner, type RunCommand } from './run-command.ts';
