import type { Hook } from '../model/hook.ts';
import { commandLine } from '../targets/shell-words.ts';
import { table } from '../text/table.ts';
import type { Output } from './output.ts';

/** Says in a plan which commands of the project a deploy or a rollback runs, and for how long each may. */
export function showHooks(hooks: readonly Hook[], output: Output): void {
  if (hooks.length === 0) return;
  output.result("\nHooks, run on this machine in the project's folder:");
  const rows = hooks.map(({ name, command, deadline }) => [
    name,
    commandLine(command),
    `${deadline} s at most`,
  ]);
  for (const line of table(rows)) output.result(line);
}
