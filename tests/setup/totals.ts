import type { Reporter, TestModule } from 'vitest/node';

/** Prints the one line that sums up a run, and the reason of every skipped test, so that nothing is skipped in silence. */
export default class Totals implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests++;
        const result = test.result();
        if (result.state === 'passed') count.passed++;
        else if (result.state === 'failed') count.failed++;
        else {
          count.skipped++;
          const note = result.state === 'skipped' ? result.note : 'never ran';
          console.log(`skipped: ${test.fullName}: ${note ?? 'no reason given'}`);
        }
      }
      // A file that breaks while loading, or after its last test, is a failure that no test counts.
      const own = module.errors().length;
      count.failed += module.state() === 'failed' && tests === 0 ? Math.max(1, own) : own;
    }
    count.failed += errors.length;
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}
