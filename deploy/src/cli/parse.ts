import { parseArgs } from 'node:util';
import { closest } from '../config/closest.ts';
import { ConductorError, exitCode } from '../errors.ts';
import type { Command, Options, Values } from './command.ts';
import { flag } from './options.ts';

/** What every command has. */
export const commonOptions = {
  json: flag('Print the result as JSON, on stdout; messages stay on stderr.'),
  help: flag('Explain the command.', 'h'),
} as const;

export interface Parsed<O extends Options> {
  readonly args: readonly (string | undefined)[];
  readonly options: Values<O & typeof commonOptions>;
}

/**
 * Reads a command's words.
 * @throws {ConductorError} exit 2 for what the command doesn't know, with what was probably meant.
 */
export function parse<O extends Options>(command: Command<O>, words: readonly string[]): Parsed<O> {
  const known: Options = { ...command.options, ...commonOptions };
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(known).map(([name, { value, short }]) => [
        name,
        { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
      ]),
    ),
  });
  const args: string[] = [];
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(known).map(([name, option]) => [name, option.default]),
  );
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value);
    if (token.kind === 'option') values[token.name] = readValue(command, known, token);
  }
  const surplus = args[command.args.length];
  if (surplus !== undefined) {
    throw usage(command, `"${surplus}" is one word too many.`, `Usage: ${usageLine(command)}`);
  }
  return { args, options: values as Values<O & typeof commonOptions> };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
}

function readValue(command: Command, known: Options, { name, rawName, value }: OptionToken): unknown {
  const option = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!option) {
    const near = closest(name, Object.keys(known));
    const hint = near ? `Did you mean --${near}?` : `conductor ${command.name} --help lists what there is.`;
    throw usage(command, `${rawName} is not known.`, hint);
  }
  if (option.value === undefined) {
    if (value !== undefined) throw usage(command, `${rawName} takes no value.`);
    return true;
  }
  if (value === undefined) throw usage(command, `${rawName} needs a value: ${rawName} ${option.value}.`);
  try {
    return option.parse(value);
  } catch (error) {
    throw usage(command, `${rawName}: "${value}" ${(error as Error).message}.`);
  }
}

export const usageLine = (command: Command): string =>
  ['conductor', command.name, ...command.args.map(({ name }) => `[${name}]`), '[options]'].join(' ');

function usage(command: Command, problem: string, hint = `conductor ${command.name} --help explains it.`) {
  return new ConductorError({
    code: 'cli.usage',
    message: `${command.name}: ${problem}`,
    hint,
    exit: exitCode.usage,
  });
}
