import { type Answer, type Check, failure, good } from './check.ts';
import type { CheckContext } from './context.ts';
import { lastLines } from './run-command.ts';

type Kind = keyof CheckContext['commands'];

/** A check that is one of the project's own commands: good when it exits 0, else a failure with the end of its output. */
export function commandCheck(kind: Kind, check: Omit<Check, 'alone' | 'section' | 'applies' | 'run'>): Check {
  return {
    ...check,
    section: 'Code',
    alone: true,
    applies: ({ commands }) => (commands[kind] ? true : `the config has no commands.${kind}`),
    run: (context, signal) => runCommand(context, context.commands[kind]!, signal),
  };
}

/** Runs a command and turns its end into an answer. */
export async function runCommand(
  { run }: Pick<CheckContext, 'run'>,
  command: readonly string[],
  signal: AbortSignal,
): Promise<Answer> {
  const { code, output } = await run(command, signal);
  const line = command.join(' ');
  if (code === 0) return good(line);
  return failure(
    `\`${line}\` ended with ${code ?? 'a signal'}:\n${lastLines(output)}`,
    `Run it and fix what it says: ${line}`,
  );
}
