import type { Command } from './command.ts';
import { commands, loadCommand } from './commands.ts';
import { commonOptions, usageLine } from './parse.ts';

/** Two columns: what is written, and what it means. */
const columns = (rows: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`);
};

/** Options as they are written, with what they do. */
export const optionRows = (command: Command): [string, string][] =>
  Object.entries({ ...command.options, ...commonOptions }).map(
    ([name, { value, short, what, default: initial }]) => [
      `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`,
      typeof initial === 'number' ? `${what} Default: ${initial}.` : what,
    ],
  );

export function commandHelp(command: Command): string {
  return [
    command.summary,
    '',
    `Usage: ${usageLine(command)}`,
    ...(command.args.length > 0
      ? ['', ...columns(command.args.map(({ name, what }) => [name, what] as const))]
      : []),
    '',
    'Options:',
    ...columns(optionRows(command)),
    ...(command.details ? ['', command.details] : []),
  ].join('\n');
}

export async function mainHelp(): Promise<string> {
  const all = await Promise.all(Object.keys(commands).map((name) => loadCommand(name)));
  const rows = all.flatMap((command) => (command ? [[command.name, command.summary] as const] : []));
  return [
    'Conductor takes a project to production and keeps it there.',
    '',
    'Usage: conductor COMMAND [options]',
    '',
    ...columns(rows),
    '',
    'conductor COMMAND --help explains a command.',
    '',
    'Exit codes: 0 done, 1 our fault, 2 usage or configuration, 3 checks failed and nothing was changed,',
    '4 deploy failed and the previous release still serves, 5 deployed and then rolled back, 6 locked by someone else,',
    '7 state unknown, 130 interrupted.',
  ].join('\n');
}
