import { exitCode } from '../errors.ts';
import type { Command } from './command.ts';
import { actionRows, argumentsOf, optionRows } from './help.ts';
import { commonOptions } from './parse.ts';
import { usageLine } from './place.ts';

/** `docs/reference/cli.md`, from the declarations of the commands. */
export const cliReference = (commands: readonly Command[]): string =>
  `${[introduction, ...commands.map(section)].join('\n\n')}\n`;

const introduction = `# Commands

<!-- Generated from deploy/src/cli. To regenerate it: npm run docs -w deploy -->

\`./conductor COMMAND\` works from any folder of the project, with or without a terminal. Results go to stdout, messages to stderr.
Colours and moving lines are for terminals; \`NO_COLOR\` turns colours off. \`./conductor --version\` says which Conductor this is.

The environment is the first word after the command, or after its action: \`conductor logs production backend\`,
\`conductor secrets set production NAME\`. Left out, it is the config's first. A word that is the name of an environment is the
environment wherever it stands; \`-e NAME\` says the same, and leaves the words to what else may be called so.

Every command has these options:

| | |
|---|---|
${rows(optionRows({ options: commonOptions }))}

With \`--json\` stdout is one line, the result, or \`{"error": {"code", "message", "hint"}}\`; \`logs\` alone gives a line for each line.
Nothing is asked where there is no terminal: a command that must be sure says that it needs \`--yes\`.

| exit code | meaning |
|---|---|
| ${exitCode.done} | done |
| ${exitCode.ourFault} | Conductor itself failed: please report it |
| ${exitCode.usage} | usage or configuration; nothing was changed |
| ${exitCode.checksFailed} | checks failed; nothing was changed |
| ${exitCode.deployFailed} | the deploy failed; the previous release is still serving |
| ${exitCode.rolledBack} | deployed, and then rolled back |
| ${exitCode.locked} | locked by someone else |
| ${exitCode.unknown} | state unknown: look with \`conductor status\`, end what was interrupted with \`resume\` or \`abort\` |
| ${exitCode.interrupted} | interrupted, and rolled back |`;

function rows(all: readonly (readonly [string, string])[]): string {
  return all.map(([left, right]) => `| \`${left}\` | ${right.replaceAll('|', '\\|')} |`).join('\n');
}

function section(command: Command): string {
  const table = rows([
    ...actionRows(command),
    ...argumentsOf(command).map(({ name, what }): [string, string] => [`[${name}]`, what]),
    ...optionRows(command),
  ]);
  return [
    `## ${command.name}`,
    command.summary,
    `\`\`\`\n${usageLine(command)}\n\`\`\``,
    ...(table === '' ? [] : [`| | |\n|---|---|\n${table}`]),
    ...(command.details ? [command.details] : []),
  ].join('\n\n');
}
