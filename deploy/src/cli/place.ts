import { closest, wayOut } from 'conductor-backup/closest';
import type { ConfigNames } from '../config/names.ts';
import { unknownEnvironment } from '../config/unknown-environment.ts';
import { ConductorError, exitCode } from '../errors.ts';
import type { Action, Argument, Command } from './command.ts';
import { helpHint, usage } from './parse.ts';

/** What the words of a command line are. */
export interface Placed {
  /** Undefined: none is named. */
  readonly environment: string | undefined;
  /** The action, where the command has some, and the arguments. */
  readonly args: readonly string[];
}

type Spoken = Pick<Command, 'name' | 'args' | 'actions' | 'rest' | 'withoutConfig'>;

/**
 * Says what each word of a command is. The rule, the same for every command: the first word that is the name of an environment is the
 * environment, wherever it stands; the others are the action and the arguments, in their order. Once an environment is known (by -e or
 * by a word), an argument may be called like one too. What a command takes as it is typed, after its arguments, is never an environment.
 * @throws {ConductorError} exit 2 for a word that is nothing of that, with what was probably meant.
 */
export async function placeWords(
  command: Spoken,
  words: readonly string[],
  explicit: string | undefined,
  config: () => Promise<ConfigNames>,
): Promise<Placed> {
  const { actions } = command;
  const usual = actions && Object.keys(actions)[0]!;
  const first = words[0];
  // Which action it is does not need the config, and neither do words that are taken as they are.
  let action = actions && first !== undefined && Object.hasOwn(actions, first) ? first : undefined;
  const rest = action === undefined ? words : words.slice(1);
  const typed =
    command.withoutConfig === true || (action !== undefined && actions?.[action]?.asTyped === true);
  const early = action !== undefined && actions?.[action]?.beforeConfig === true;
  const names = typed || rest.length === 0 ? undefined : await (early ? ifThere(config) : config());

  let environment = explicit;
  const args: string[] = [];
  for (const word of rest) {
    if (command.rest && args.length >= command.args.length) {
      args.push(word);
      continue;
    }
    const expected = (): Argument | undefined => actionOf(command, action ?? usual).args[args.length];
    if (names?.environments.includes(word)) {
      const argument = environment !== undefined && expected()?.known?.(names).includes(word);
      if (!argument) {
        if (environment !== undefined && environment !== word) throw twoEnvironments(environment, word);
        environment = word;
        continue;
      }
    }
    if (actions && action === undefined) {
      if (!Object.hasOwn(actions, word)) throw unknownAction(command, word, environment, names!);
      action = word;
      continue;
    }
    const argument = expected();
    if (!argument) throw surplus(command, actionOf(command, action), words, word, environment, names);
    if (names) assertFits(command, argument, word, environment, names);
    args.push(word);
  }
  const doing = action ?? usual;
  return { environment, args: doing === undefined ? args : [doing, ...args] };
}

/** The names of a config; undefined where there is none yet. */
async function ifThere(config: () => Promise<ConfigNames>): Promise<ConfigNames | undefined> {
  try {
    return await config();
  } catch (error) {
    if (error instanceof ConductorError && error.code === 'config.no-project') return undefined;
    throw error;
  }
}

/** What the command is asked to do; one without actions is itself the only one. */
const actionOf = ({ actions, args }: Spoken, name: string | undefined): Action =>
  (name !== undefined && actions?.[name]) || { what: '', args };

/** How a command is written. */
export const usageLine = ({ name, args, actions, rest, withoutConfig }: Spoken): string =>
  [
    'conductor',
    name,
    ...(actions ? ['[action]'] : []),
    ...(withoutConfig ? [] : ['[environment]']),
    ...args.map((argument) => `[${argument.name}]`),
    ...(actions ? ['[words]'] : []),
    '[options]',
    ...(rest ? [`[-- ${rest.name}]`] : []),
  ].join(' ');

function twoEnvironments(one: string, other: string): ConductorError {
  return new ConductorError({
    code: 'cli.two-environments',
    message: `Two environments are named: ${one} and ${other}.`,
    hint: 'Name one of them.',
    exit: exitCode.usage,
  });
}

function unknownAction(
  command: Spoken,
  word: string,
  environment: string | undefined,
  { environments }: ConfigNames,
): ConductorError {
  const known = [...Object.keys(command.actions!), ...(environment === undefined ? environments : [])];
  return usage(command, `there is no "${word}".`, sentence(wayOut(word, known)));
}

function surplus(
  command: Spoken,
  action: Action,
  words: readonly string[],
  word: string,
  environment: string | undefined,
  names: ConfigNames | undefined,
): ConductorError {
  const open = environment === undefined && names ? names.environments : [];
  if (action.surplus !== undefined) {
    const near = words.flatMap((each) => closest(each, open) ?? [])[0];
    return usage(command, action.surplus, near && `Or did you mean the environment ${near}?`);
  }
  if (open.length > 0) return unknownEnvironment(word, open);
  return usage(command, `"${word}" is one word too many.`, `Usage: ${usageLine(command)}`);
}

/** @throws {ConductorError} exit 2 for a word that the argument cannot be. */
function assertFits(
  command: Spoken,
  { name, known, form, unsaid }: Argument,
  word: string,
  environment: string | undefined,
  names: ConfigNames,
): void {
  const all = known?.(names) ?? [];
  if (known ? all.includes(word) : (form?.test(word) ?? true)) return;
  const open = environment === undefined ? names.environments : [];
  const what = unsaid ? `That is no ${name}` : `There is no ${name} "${word}"`;
  throw new ConductorError({
    code: `${command.name}.unknown-${name}`,
    message: `${what}${open.length > 0 ? ', and no environment of that name' : ''}.`,
    hint:
      open.length + all.length > 0
        ? sentence(wayOut(word, [...open, ...all]))
        : helpHint(command, 'explains it'),
    exit: exitCode.usage,
  });
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}`;
