import { parseArgs } from 'node:util';
import { closest } from 'conductor-backup/closest';
import { ConductorError, exitCode } from '../errors.ts';
import type { Command, Options, Values } from './command.ts';
import { flag, text } from './options.ts';

/** What every command has. */
export const commonOptions = {
  environment: text('NAME', "The environment, instead of its word; left out, the config's first.", 'e'),
  yes: flag("Don't ask: whatever would be asked is answered with yes.", 'y'),
  json: flag('Print the result as JSON, on stdout; messages stay on stderr.'),
  help: flag('Explain the command.', 'h'),
} as const;

export interface Parsed<O extends Options> {
  /** Words that belong to no option, in order. */
  readonly words: readonly string[];
  readonly options: Values<O & typeof commonOptions>;
}

type Spoken = Pick<Command, 'name' | 'options'> & Partial<Pick<Command, 'rest'>>;

/**
 * Reads a command's options.
 * @throws {ConductorError} exit 2 for what the command doesn't know, with what was probably meant.
 */
export function parse<O extends Options>(
  command: Spoken & { readonly options: O },
  given: readonly string[],
): Parsed<O> {
  const known: Options = { ...command.options, ...commonOptions };
  const words: string[] = [];
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(known).map(([name, option]) => [name, option.default]),
  );
  for (const token of tokensOf(given, known)) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const value = readValue(command, known, token);
    const { repeats } = known[token.name]!;
    values[token.name] = repeats ? [values[token.name], value].flat() : value;
  }
  return { words, options: values as Values<O & typeof commonOptions> };
}

/** Where the command's name stands: the first word that is no option and no option's value. */
export const commandAt = (given: readonly string[]): number | undefined =>
  tokensOf(given, commonOptions).find(({ kind }) => kind === 'positional')?.index;

const tokensOf = (given: readonly string[], known: Options) =>
  parseArgs({
    args: [...given],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(known).map(([name, { value, short }]) => [
        name,
        { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
      ]),
    ),
  }).tokens;

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
}

function readValue(command: Spoken, known: Options, { name, rawName, value }: OptionToken): unknown {
  const option = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!option) {
    const near = closest(name, Object.keys(known));
    const hint = command.rest
      ? `What is not for Conductor itself comes after --${near ? `; or did you mean --${near}?` : '.'}`
      : near
        ? `Did you mean --${near}?`
        : helpHint(command, 'lists what there is');
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

/** Where to read more. */
export const helpHint = ({ name }: Pick<Command, 'name'>, what: string): string =>
  `\`conductor ${name} --help\` ${what}.`;

/** The error for a command line that is not understood: exit 2. */
export function usage(
  command: Pick<Command, 'name'>,
  problem: string,
  hint = helpHint(command, 'explains it'),
): ConductorError {
  return new ConductorError({
    code: 'cli.usage',
    message: `${command.name}: ${problem}`,
    hint,
    exit: exitCode.usage,
  });
}
