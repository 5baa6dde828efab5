import type { Reporter } from '../environment/reporter.ts';
import { elapsed } from '../text/elapsed.ts';

/** Progress where there is no terminal: a line for each thing that happens, never repeated and never moved. */
export function plainReporter(line: (text: string) => void): Reporter {
  let title = '';
  let began = 0;
  let last = '';
  return {
    note: line,
    begin(step) {
      title = step.title;
      began = Date.now();
      last = '';
      line(`… ${title}`);
    },
    progress(subject, text) {
      const next = `    ${subject === null ? '' : `${subject}: `}${text}`;
      if (next !== last) line(next);
      last = next;
    },
    end(outcome, detail) {
      const mark = { done: '✓', failed: '✗', skipped: '-' }[outcome];
      line(`${mark} ${title} (${elapsed(Date.now() - began)})${detail === undefined ? '' : `: ${detail}`}`);
    },
  };
}
