import type { ErrorPage } from '../troubleshooting/index.ts';
import type { Command } from './command.ts';
import { commands, loadCommand } from './commands.ts';
import { commonOptions } from './parse.ts';
import { usageLine } from './place.ts';

/** Two columns: what is written, and what it means. */
const columns = (rows: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`);
};

/** Options as they are written, with what they do. */
export const optionRows = ({ options }: Pick<Command, 'options'>): [string, string][] =>
  Object.entries(options).map(([name, { value, short, what, default: initial }]) => [
    `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`,
    typeof initial === 'number' ? `${what} Default: ${initial}.` : what,
  ]);

/** Actions as they are written, with what they do. */
export const actionRows = ({ actions = {} }: Pick<Command, 'actions'>): [string, string][] =>
  Object.entries(actions).map(([name, { what, args }]) => [
    // What has to be given is in capitals.
    [name, ...args.map((each) => (/^[A-Z]/.test(each.name) ? each.name : `[${each.name}]`))].join(' '),
    what,
  ]);

/** What its words are, those that it takes as they are the last. */
export const argumentsOf = ({ args, rest }: Pick<Command, 'args' | 'rest'>) => [
  ...args,
  ...(rest ? [rest] : []),
];

export function commandHelp(command: Command): string {
  const actions = actionRows(command);
  return [
    command.summary,
    '',
    `Usage: ${usageLine(command)}`,
    ...(actions.length > 0 ? ['', 'Actions; left out, the first:', ...columns(actions)] : []),
    ...(command.args.length > 0
      ? ['', ...columns(argumentsOf(command).map(({ name, what }) => [name, what] as const))]
      : []),
    '',
    'Options:',
    ...columns(optionRows({ options: { ...command.options, ...commonOptions } })),
    ...(command.details ? ['', command.details] : []),
  ].join('\n');
}

/** What there is to know of an error beyond its message. */
export const errorHelp = (code: string, { means, todo }: ErrorPage): string =>
  [code, '', means, '', ...todo.map((step) => `- ${step}`)].join('\n');

export async function mainHelp(): Promise<string> {
  const all = await Promise.all(Object.keys(commands).map((name) => loadCommand(name)));
  const rows = all.flatMap((command) => (command ? [[command.name, command.summary] as const] : []));
  return [
    'Conductor takes a project to production and keeps it there.',
    '',
    'Usage: conductor COMMAND [environment] [options]',
    '',
    ...columns(rows),
    '',
    "The environment is the first word after the command (or after its action); left out, it is the config's first. -e NAME says the",
    'same anywhere. Every command understands --json, and --yes, which answers whatever would be asked.',
    '',
    '`conductor COMMAND --help` explains a command, `conductor help CODE` an error; `conductor --version` says which Conductor this is.',
    '',
    'Exit codes: 0 done, 1 Conductor itself failed, 2 usage or configuration, 3 checks failed and nothing was changed,',
    '4 deploy failed and the previous release still serves, 5 deployed and then rolled back, 6 locked by someone else,',
    '7 state unknown, 130 interrupted.',
  ].join('\n');
}
