import type { Reporter } from '../environment/reporter.ts';
import { elapsed } from '../text/elapsed.ts';

/** Milliseconds without a line after which a tick is one. */
const quiet = 30_000;

/** Progress where there is no terminal: a line for each thing that happens, never repeated and never moved. */
export function plainReporter(line: (text: string) => void): Reporter {
  let title = '';
  let began = 0;
  let last = '';
  let saidAt = 0;
  const say = (text: string) => {
    saidAt = Date.now();
    line(text);
  };
  return {
    note: say,
    begin(step) {
      title = step.title;
      began = Date.now();
      last = '';
      say(`… ${title}`);
    },
    progress(subject, text, how) {
      if (how === 'tick' && Date.now() - saidAt < quiet) return;
      const next = `    ${subject === null ? '' : `${subject}: `}${text}`;
      if (next !== last) say(next);
      last = next;
    },
    end(outcome, detail) {
      const mark = { done: '✓', failed: '✗', skipped: '-' }[outcome];
      say(`${mark} ${title} (${elapsed(Date.now() - began)})${detail === undefined ? '' : `: ${detail}`}`);
    },
  };
}
