import type { Reporter } from '../environment/reporter.ts';
import type { Journal } from '../ledger/journal.ts';
import { HookFailed } from './hooks.ts';

/** One titled, idempotent unit of a deploy: what is shown, journaled and resumed. */
export interface Step {
  readonly id: string;
  readonly title: string;
  /** Runs again in a resumed deploy even when it was finished before: what it did lives in the process, not on the target. */
  readonly again?: boolean;
  /** It does not begin before the whole team can know that it does; where the lock is lost, it does not begin at all. */
  readonly announced?: boolean;
  /** Left out, the deploy ends where it fails. Else it goes on, and this is told of it. */
  readonly onFailure?: (failure: StepFailed) => void;
  /** A text that it returns is kept in the journal. */
  run(): Promise<unknown>;
}

/** A step that did not work out, with what it was about. */
export class StepFailed extends Error {
  readonly step: Pick<Step, 'id' | 'title'>;

  constructor(step: Pick<Step, 'id' | 'title'>, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'StepFailed';
    this.step = step;
  }

  /** What the journal keeps of it. */
  get words(): string {
    const { cause } = this;
    return cause instanceof HookFailed ? [this.message, ...cause.lines].join('\n') : this.message;
  }
}

/**
 * Runs steps in their order, journaled before and after, and stops at the first that fails and may not.
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
    let said: unknown;
    try {
      await journal.begin(step.id, step.announced ? 'must' : 'later');
      said = await step.run();
    } catch (error) {
      const failure = new StepFailed(step, error);
      reporter.end('failed', failure.message.split('\n', 1)[0]);
      if (step.onFailure) {
        step.onFailure(failure);
        await journal.done(step.id, failure.words);
        continue;
      }
      await journal.failed(step.id, failure.words);
      throw failure;
    }
    await journal.done(step.id, typeof said === 'string' && said !== '' ? said : undefined);
    reporter.end('done');
  }
}
