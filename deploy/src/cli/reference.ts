import { exitCode } from '../errors.ts';
import type { Command } from './command.ts';
import { optionRows } from './help.ts';
import { usageLine } from './parse.ts';

/** `docs/reference/cli.md`, from the declarations of the commands. */
export const cliReference = (commands: readonly Command[]): string =>
  `${[introduction, ...commands.map(section)].join('\n\n')}\n`;

const introduction = `# Commands

<!-- Generated from deploy/src/cli. To write it anew: npm run docs -w deploy -->

\`./conductor COMMAND\` works from any folder of the project, with or without a terminal. Results go to stdout, messages to stderr.
Colours and moving lines are for terminals; \`NO_COLOR\` turns colours off. With \`--json\` the last line of stdout is the result, or
\`{"error": {"code", "message", "hint"}}\`.

| exit code | meaning |
|---|---|
| ${exitCode.done} | done |
| ${exitCode.ourFault} | our fault: please report it |
| ${exitCode.usage} | usage or configuration; nothing was changed |
| ${exitCode.checksFailed} | checks failed; nothing was changed |
| ${exitCode.deployFailed} | the deploy failed; the previous release is still serving |
| ${exitCode.rolledBack} | deployed, and then rolled back |
| ${exitCode.locked} | locked by someone else |
| ${exitCode.unknown} | state unknown: look with \`conductor status\`, end what was interrupted with \`resume\` or \`abort\` |
| ${exitCode.interrupted} | interrupted, and taken back |`;

function section(command: Command): string {
  const rows = [
    ...command.args.map(({ name, what }) => [`[${name}]`, what] as const),
    ...optionRows(command).map(([written, what]) => [`\`${written}\``, what] as const),
  ];
  const table = [
    '| | |',
    '|---|---|',
    ...rows.map(([left, right]) => `| ${left} | ${right.replaceAll('|', '\\|')} |`),
  ];
  return [
    `## ${command.name}`,
    command.summary,
    `\`\`\`\n${usageLine(command)}\n\`\`\``,
    table.join('\n'),
    ...(command.details ? [command.details] : []),
  ].join('\n\n');
}
