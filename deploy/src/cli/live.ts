import type { Reporter } from '../environment/reporter.ts';
import { elapsed } from '../text/elapsed.ts';
import type { Colors } from './output.ts';

interface Screen {
  readonly write: (text: string) => void;
  readonly columns: () => number;
  readonly colors: Colors;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Progress in a terminal: finished steps stay as lines; the one under way moves below them, with what each service does. */
export function liveReporter({ write, columns, colors }: Screen): Reporter {
  let step: { title: string; began: number } | undefined;
  const subjects = new Map<string, string>();
  let drawn = 0;
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;

  const clear = () => {
    if (drawn > 0) write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  // A line that wraps would be more than one to clear.
  const fit = (text: string) => (text.length < columns() ? text : `${text.slice(0, columns() - 2)}…`);
  const draw = () => {
    clear();
    if (!step) return;
    const head = fit(`${frames[frame]} ${step.title}  ${elapsed(Date.now() - step.began)}`);
    const body = [...subjects].map(([name, text]) => fit(`    ${name === '' ? '' : `${name}: `}${text}`));
    const lines = [colors.cyan(head), ...body.map((line) => colors.dim(line))];
    write(`${lines.join('\n')}\n`);
    drawn = lines.length;
  };

  return {
    note(text) {
      clear();
      write(`${text}\n`);
      draw();
    },
    begin({ title }) {
      step = { title, began: Date.now() };
      subjects.clear();
      draw();
      timer = setInterval(() => {
        frame = (frame + 1) % frames.length;
        draw();
      }, 100).unref();
    },
    progress(subject, text) {
      subjects.set(subject ?? '', text.split('\n', 1)[0]!);
      draw();
    },
    end(outcome, detail) {
      clearInterval(timer);
      clear();
      if (!step) return;
      const mark = { done: colors.green('✓'), failed: colors.red('✗'), skipped: colors.dim('-') }[outcome];
      const time = colors.dim(elapsed(Date.now() - step.began));
      write(`${mark} ${step.title}  ${time}${detail === undefined ? '' : `  ${detail}`}\n`);
      step = undefined;
    },
  };
}
