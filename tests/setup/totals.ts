import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** A few lines of an error; the whole of it stands further up in the output. */
const beginning = (error: { message?: string; stack?: string }): string =>
  stripVTControlCharacters(error.message ?? error.stack ?? 'no message')
    .split('\n')
    .slice(0, 12)
    .join('\n  ')
    .slice(0, 1500);

/**
 * Prints, at the very end, where a log that is cut short still has it: the reason of every skipped test, so that nothing is skipped in
 * silence, what failed and with which words, and the one line that sums up a run.
 */
export default class Totals implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    const skipped = new Map<string, TestCase[]>();
    const failures: string[] = [];
    const failed = (where: string, found: readonly { message?: string; stack?: string }[]) =>
      failures.push(`failed: ${where}\n  ${found.map(beginning).join('\n  ')}`);
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests++;
        const result = test.result();
        if (result.state === 'passed') count.passed++;
        else if (result.state === 'failed') {
          count.failed++;
          failed(`${module.relativeModuleId} > ${test.fullName}`, result.errors);
        } else {
          count.skipped++;
          const reason = (result.state === 'skipped' ? result.note : 'never ran') ?? 'no reason given';
          const same = `${module.relativeModuleId}: ${reason}`;
          skipped.set(same, [...(skipped.get(same) ?? []), test]);
        }
      }
      // A file that breaks while loading, or after its last test, is a failure that no test counts.
      const own = module.errors();
      count.failed += module.state() === 'failed' && tests === 0 ? Math.max(1, own.length) : own.length;
      if (own.length > 0) failed(module.relativeModuleId, own);
    }
    count.failed += errors.length;
    if (errors.length > 0) failed('outside of any test', errors as { message?: string }[]);
    for (const [reason, tests] of skipped)
      console.log(
        `skipped: ${tests.length === 1 ? `${tests[0]?.fullName}, in ` : `${tests.length} tests of `}${reason}`,
      );
    for (const failure of failures.slice(0, 20)) console.log(failure);
    if (failures.length > 20) console.log(`failed: ${failures.length - 20} more`);
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}
