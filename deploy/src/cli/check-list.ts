import type { Check } from '../checks/check.ts';
import type { CheckEvent, CheckResult } from '../checks/run-checks.ts';
import { elapsed } from '../text/elapsed.ts';
import type { Output } from './output.ts';

interface CheckList {
  /** Shows what has just become known. */
  show(event: CheckEvent): void;
  /** Says what was not asked, and the conclusion. */
  end(results: readonly CheckResult[], stopping: readonly CheckResult[]): void;
}

/** From how few checks on it is worth saying which ones everybody is waiting for. */
const few = 3;

/** A list that fills up as checks are answered, the slow ones named while they go on. */
export function checkList(output: Output, checks: readonly Check[]): CheckList {
  const { colors } = output;
  const reporter = output.reporter();
  const open = new Set(checks);
  const marks = { ok: colors.green('✓'), warning: colors.yellow('⚠'), failure: colors.red('✗') };
  reporter.begin({ id: 'checks', title: `${checks.length} checks` });

  return {
    show(event) {
      if (event.state === 'started') return;
      open.delete(event.check);
      if (event.state === 'answered') reporter.note(describe(event));
      if (open.size > 0 && open.size <= few) {
        reporter.progress(null, `waiting for: ${[...open].map(({ title }) => title).join(', ')}`);
      }
    },
    end(results, stopping) {
      const answered = results.filter(({ state }) => state === 'answered').length;
      reporter.end(
        stopping.length === 0 ? 'done' : 'failed',
        `${answered} asked, ${stopping.length} in the way`,
      );
      for (const result of results) {
        if (result.state === 'skipped')
          output.say(colors.dim(`- ${result.check.title} (${result.check.id}): ${result.why}`));
      }
    },
  };

  function describe({ check, finding, required, seconds }: CheckResult & { state: 'answered' }): string {
    const { level, detail, fix } = finding;
    const notes = `${colors.dim(elapsed(seconds * 1000))}${required || level !== 'failure' ? '' : colors.dim('  not required')}`;
    if (level === 'ok') return `${marks.ok} ${check.title}  ${notes}`;
    const rest = [detail, fix && `→ ${fix}`].flatMap((text) => (text ? text.split('\n') : []));
    return [
      `${marks[level]} Not so: ${check.title} (${check.id})  ${notes}`,
      ...rest.map((line) => `    ${line}`),
    ].join('\n');
  }
}
