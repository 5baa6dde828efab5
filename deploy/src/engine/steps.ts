import type { Reporter } from '../environment/reporter.ts';
import type { Journal } from '../ledger/journal.ts';

/** One titled, idempotent unit of a deploy: what is shown, journaled and resumed. */
export interface Step {
  readonly id: string;
  readonly title: string;
  /** Runs again in a resumed deploy even when it was finished before: what it did lives in the process, not on the target. */
  readonly again?: boolean;
  /** It does not begin before the whole team can know that it does; where the lock is lost, it does not begin at all. */
  readonly announced?: boolean;
  run(): Promise<void>;
}

/** A step that did not work out, with what it was about. */
export class StepFailed extends Error {
  readonly step: Step;

  constructor(step: Step, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'StepFailed';
    this.step = step;
  }
}

/**
 * Runs steps in their order, journaled before and after, and stops at the first that fails.
 * @throws {StepFailed} with the reason as its cause.
 */
export async function runSteps(
  steps: readonly Step[],
  {
    journal,
    reporter,
    done = new Set(),
  }: { journal: Journal; reporter: Reporter; done?: ReadonlySet<string> },
): Promise<void> {
  for (const step of steps) {
    reporter.begin(step);
    if (done.has(step.id) && !step.again) {
      reporter.end('skipped', 'done before the interruption');
      continue;
    }
    try {
      await journal.begin(step.id, step.announced ? 'must' : 'later');
      await step.run();
    } catch (error) {
      const failure = new StepFailed(step, error);
      reporter.end('failed', failure.message.split('\n', 1)[0]);
      await journal.failed(step.id, failure.message);
      throw failure;
    }
    await journal.done(step.id);
    reporter.end('done');
  }
}
