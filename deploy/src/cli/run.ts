import { closest } from 'conductor-backup/closest';
import type { ConfigNames } from '../config/names.ts';
import { ConductorError, type ExitCode, exitCode } from '../errors.ts';
import type { Command, Common, Context, ForeignExit, Options, Values } from './command.ts';
import { commands, loadCommand } from './commands.ts';
import { explain } from './explain.ts';
import { commandHelp, errorHelp, mainHelp } from './help.ts';
import { flag } from './options.ts';
import type { Output } from './output.ts';
import { commandAt, parse } from './parse.ts';
import { placeWords } from './place.ts';
import { type Version, versionOf } from './version.ts';

/** What `conductor` itself knows, before any command. */
const itself = {
  name: 'conductor',
  options: { version: flag('Which Conductor this is.', 'v') },
} as const;

/** Runs the command line `words`. Never throws: every failure is written for people, and its exit code returned. */
export async function run(words: readonly string[], context: Context): Promise<ExitCode | ForeignExit> {
  const { output } = context;
  try {
    const understood = await understand(words, async () => {
      const { configNames } = await import('../config/names.ts');
      return configNames(context.folder);
    });
    if ('help' in understood) {
      const { help, json } = understood;
      if (json) output.result(JSON.stringify({ help }));
      else output.resultForPeople(help);
      return exitCode.done;
    }
    if ('version' in understood) {
      const { version, json } = understood;
      output.result(json ? JSON.stringify(version) : describe(version));
      return exitCode.done;
    }
    const { command, args, options } = understood;
    return await command.run(args, options, context);
  } catch (error) {
    const explained = tellFailure(error, output);
    if (words.includes('--json')) {
      const { code, message, hint } = explained;
      output.result(JSON.stringify({ error: { code, message, hint } }));
    }
    return explained.exit;
  }
}

/** Says what failed and what to do, and with CONDUCTOR_DEBUG where. */
export function tellFailure(error: unknown, output: Output): ConductorError {
  const explained = explain(error);
  output.say(`${output.colors.red('✗')} ${explained.message}`);
  if (explained.hint) output.say(`  ${explained.hint}`);
  output.say(output.colors.dim(`  More: conductor help ${explained.code}`));
  if (process.env.CONDUCTOR_DEBUG && error instanceof Error) output.say(error.stack);
  return explained;
}

/** What a command line asks for. */
type Understood =
  | {
      readonly command: Command;
      readonly args: readonly string[];
      readonly options: Values<Options> & Common;
    }
  | { readonly help: string; readonly json: boolean }
  | { readonly version: Version; readonly json: boolean };

/**
 * Reads a command line; `config` gives the names that its words may mean.
 * @throws {ConductorError} exit 2 for what is not understood, with what was probably meant.
 */
export async function understand(
  words: readonly string[],
  config: () => Promise<ConfigNames>,
): Promise<Understood> {
  const at = commandAt(words);
  const name = at === undefined ? undefined : words[at]!;
  const rest = words.filter((_, index) => index !== at);
  if (name === undefined || name === 'help') {
    const { words: about, options } = parse(itself, rest);
    if (options.version) return { version: await versionOf(), json: options.json };
    const help = about[0] === undefined ? await mainHelp() : await helpOn(about[0]);
    return { help, json: options.json };
  }
  const command = await find(name);
  const { words: given, options } = parse(command, rest);
  if (options.help) return { help: commandHelp(command), json: options.json };
  const { environment, args } = await placeWords(command, given, options.environment, config);
  return { command, args, options: { ...options, environment } };
}

/** Help on a command, or on an error by its code. @throws {ConductorError} exit 2 where it is neither. */
async function helpOn(word: string): Promise<string> {
  const { errorPage } = await import('../troubleshooting/index.ts');
  const page = commands[word] === undefined ? errorPage(word) : undefined;
  return page ? errorHelp(word, page) : commandHelp(await find(word));
}

const describe = ({ version, commit }: Version): string =>
  `conductor ${version}${commit === null ? '' : ` (${commit.slice(0, 7)})`}`;

/** @throws {ConductorError} exit 2 for a name that no command has. */
async function find(name: string): Promise<Command> {
  const command = await loadCommand(name);
  if (command) return command;
  const near = closest(name, Object.keys(commands));
  throw new ConductorError({
    code: 'cli.unknown-command',
    message: `There is no command "${name}".`,
    hint: near ? `Did you mean ${near}?` : '`conductor --help` lists the commands.',
    exit: exitCode.usage,
  });
}
