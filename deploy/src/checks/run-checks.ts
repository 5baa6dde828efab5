import { wayOut } from 'conductor-backup/closest';
import { ConductorError, exitCode } from '../errors.ts';
import type { Finding } from '../model/finding.ts';
import { type Answer, type Check, failure } from './check.ts';
import type { CheckContext } from './context.ts';

/** Which checks count in an environment. */
export interface Selection {
  /** Ids of the only ones that are asked. Left out: all. */
  readonly only?: readonly string[] | undefined;
  /** Ids of those whose failure stops a deploy. Left out: every one that applies. */
  readonly required?: readonly string[] | undefined;
  /** Ids of those that are not asked. */
  readonly off?: readonly string[];
}

/** What became of one check. */
export type CheckResult =
  | {
      readonly check: Check;
      readonly state: 'answered';
      readonly finding: Finding;
      readonly required: boolean;
      readonly seconds: number;
    }
  | { readonly check: Check; readonly state: 'skipped'; readonly why: string };

/** For a live list: every check is either skipped, or started and later answered. */
export type CheckEvent = { readonly check: Check; readonly state: 'started' } | CheckResult;

interface RunOptions extends Selection {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: CheckEvent) => void;
}

/** Why a check is not asked that the environment leaves out. */
export const off = 'off in this environment';

const usualDeadline = 60;

/**
 * Asks all checks side by side (those that need the working tree for themselves one after another) and gives their results in
 * the list's order. A check that throws or takes too long is a failure that says so. Rejects only when `signal` aborts.
 */
export async function runChecks(
  checks: readonly Check[],
  context: CheckContext,
  { only, required, off = [], signal = new AbortController().signal, onEvent = () => {} }: RunOptions = {},
): Promise<CheckResult[]> {
  const tell = <Event extends CheckEvent>(event: Event): Event => {
    onEvent(event);
    return event;
  };
  const one = async (check: Check): Promise<CheckResult> => {
    signal.throwIfAborted();
    tell({ check, state: 'started' });
    const start = performance.now();
    const answer = await ask(check, context, signal);
    return tell({
      check,
      state: 'answered',
      finding: { title: check.title, ...context.redactor.redactDeep(answer) },
      required: !required || required.includes(check.id),
      seconds: (performance.now() - start) / 1000,
    });
  };

  /** The end of the last check that has the working tree for itself. */
  let alone: Promise<unknown> = Promise.resolve();
  return Promise.all(
    checks.map((check) => {
      const skipped = whyNot(check, context, { only, off });
      if (skipped) return tell({ check, state: 'skipped' as const, why: skipped });
      if (!check.alone) return one(check);
      const result = alone.then(() => one(check));
      alone = result.catch(() => {});
      return result;
    }),
  );
}

/** Results that stop a deploy: required checks that failed. */
export function blocking(results: readonly CheckResult[]): (CheckResult & { state: 'answered' })[] {
  return results.filter(
    (result): result is CheckResult & { state: 'answered' } =>
      result.state === 'answered' && result.required && result.finding.level === 'failure',
  );
}

/** Throws `checks.unknown` for an id that no check has: a misspelt one would otherwise be required by nobody, silently. */
export function assertKnownChecks(
  checks: readonly Check[],
  { only = [], required = [], off = [] }: Selection,
): void {
  const ids = checks.map(({ id }) => id);
  const unknown = [...only, ...required, ...off].find((id) => !ids.includes(id));
  if (unknown === undefined) return;
  throw new ConductorError({
    code: 'checks.unknown',
    message: `There is no check "${unknown}"; ${wayOut(unknown, ids)}.`,
    hint: 'docs/reference/checks.md lists all of them.',
    exit: exitCode.usage,
  });
}

function whyNot(check: Check, context: CheckContext, { only, off: without = [] }: Selection): string | null {
  if (without.includes(check.id) || (only && !only.includes(check.id))) return off;
  const applies = check.applies(context);
  return applies === true ? null : applies;
}

async function ask(check: Check, context: CheckContext, signal: AbortSignal): Promise<Answer> {
  const seconds = check.deadline ?? usualDeadline;
  const late = AbortSignal.timeout(seconds * 1000);
  const ends = AbortSignal.any([signal, late]);
  try {
    return await Promise.race([check.run(context, ends), rejectionOf(ends)]);
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted)
      return failure(`No answer within ${seconds} s.`, 'Look at what holds it up, and check again.');
    const why = error instanceof Error ? error.message : String(error);
    return failure(`Could not be checked: ${why}`, 'Fix what prevented the check, and check again.');
  }
}

/** Rejects when the signal aborts, for checks that do not look at it themselves. */
function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
