import { closest } from '../config/closest.ts';
import { ConductorError, type ExitCode, exitCode } from '../errors.ts';
import type { Context } from './command.ts';
import { commands, loadCommand } from './commands.ts';
import { explain } from './explain.ts';
import { commandHelp, mainHelp } from './help.ts';
import { parse } from './parse.ts';

/** Runs the command line `words`. Never throws: every failure is written for people, and its exit code returned. */
export async function run(words: readonly string[], context: Context): Promise<ExitCode> {
  const { output } = context;
  try {
    const [name, ...rest] = words;
    if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
      output.result(await mainHelp());
      return exitCode.done;
    }
    const command = await loadCommand(name);
    if (!command) throw unknownCommand(name);
    const { args, options } = parse(command, rest);
    if (options.help) {
      output.result(commandHelp(command));
      return exitCode.done;
    }
    return await command.run(args, options, context);
  } catch (error) {
    const explained = explain(error);
    const { colors } = output;
    output.say(`${colors.red('✗')} ${explained.message}`);
    if (explained.hint) output.say(`  ${explained.hint}`);
    if (words.includes('--json')) {
      const { code, message, hint } = explained;
      output.result(JSON.stringify({ error: { code, message, hint } }));
    }
    if (process.env.CONDUCTOR_DEBUG && error instanceof Error) output.say(error.stack);
    return explained.exit;
  }
}

function unknownCommand(name: string): ConductorError {
  const near = closest(name, Object.keys(commands));
  return new ConductorError({
    code: 'cli.unknown-command',
    message: `There is no command "${name}".`,
    hint: near ? `Did you mean ${near}?` : 'conductor --help lists the commands.',
    exit: exitCode.usage,
  });
}
