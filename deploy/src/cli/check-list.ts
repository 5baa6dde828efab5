import type { Check } from '../checks/check.ts';
import { type CheckEvent, type CheckResult, off } from '../checks/run-checks.ts';
import { urgencies, urgencyOf } from '../checks/urgency.ts';
import { elapsed } from '../text/elapsed.ts';
import type { Output } from './output.ts';

interface CheckList {
  /** Shows what has just become known. */
  show(event: CheckEvent): void;
  /** Says what was not asked, the conclusion, and what there is to fix, by when it should be. */
  end(results: readonly CheckResult[], stopping: readonly CheckResult[]): void;
}

/** From how few checks on it is worth saying which ones everybody is waiting for. */
const few = 3;

/** A list that fills up as checks are answered, the slow ones named while they go on. */
export function checkList(output: Output, environment: string, checks: readonly Check[]): CheckList {
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
        if (result.state === 'skipped' && result.why !== off)
          output.say(colors.dim(`- ${result.check.title} (${result.check.id}): ${result.why}`));
      }
      const left = results.filter((result) => result.state === 'skipped' && result.why === off).length;
      if (left > 0) output.say(colors.dim(`- ${left} more are ${off}: conductor check ${environment} --all`));
      for (const [urgency, title] of Object.entries(urgencies)) {
        const found = results.filter((result) => urgencyOf(result) === urgency);
        if (found.length === 0) continue;
        output.say();
        output.say(colors.bold(`${title}: ${found.length}`));
        for (const result of found) if (result.state === 'answered') output.say(explain(result));
      }
    },
  };

  function describe({ check, finding, seconds }: CheckResult & { state: 'answered' }): string {
    const title = finding.level === 'ok' ? check.title : `Not met: ${check.title} (${check.id})`;
    return `${marks[finding.level]} ${title}  ${colors.dim(elapsed(seconds * 1000))}`;
  }

  function explain({ check, finding }: CheckResult & { state: 'answered' }): string {
    const { level, detail, fix } = finding;
    const rest = [detail, fix && `→ ${fix}`].flatMap((text) => (text ? text.split('\n') : []));
    return [
      `${marks[level]} Not met: ${check.title} (${check.id})`,
      ...rest.map((line) => `    ${line}`),
    ].join('\n');
  }
}
