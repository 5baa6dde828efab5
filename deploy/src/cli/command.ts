import type { ConfigNames } from '../config/names.ts';
import type { DomainOptions } from '../domains/domain.ts';
import type { ExitCode } from '../errors.ts';
import type { LockTerms } from '../ledger/lock-terms.ts';
import type { OpenEditor } from '../secrets/editor.ts';
import type { TargetKind } from '../targets/index.ts';
import type { Output } from './output.ts';

/** An option of a command, as data: what parsing, help and the reference page are made from. */
export interface Option<T = unknown> {
  readonly what: string;
  /** Name of its value in help, such as `SECONDS`; left out for a switch. */
  readonly value?: string;
  readonly short?: string;
  /** It may be given several times: its lists are joined. Left out, the last one counts. */
  readonly repeats?: true;
  /** @throws {Error} with a message that follows `--name "text"`. */
  readonly parse: (text: string) => T;
  readonly default: T;
}

export type Options = Readonly<Record<string, Option>>;
export type Values<O extends Options> = { readonly [K in keyof O]: O[K]['default'] };

/** A word of a command beside the environment. */
export interface Argument {
  readonly name: string;
  readonly what: string;
  /** Every word that it may be, where that is known; a word that is none of them is refused with the nearest one. */
  readonly known?: (config: ConfigNames) => readonly string[];
  /** What its words look like; another one is refused. */
  readonly form?: RegExp;
  /** Never repeated in an error: it may be a secret that was put in the wrong place. */
  readonly unsaid?: boolean;
}

/** One of the things that a command can do. */
export interface Action {
  readonly what: string;
  readonly args: readonly Argument[];
  /** Said about a word too many, in place of the word. */
  readonly surplus?: string;
  /** There may be no config yet: then none of its words is an environment. */
  readonly beforeConfig?: boolean;
  /** Its words are taken as they are typed: no environment is looked for among them, and no config is read for that. */
  readonly asTyped?: boolean;
}

/** What a command may use of the world: tests give their own. */
export interface Context {
  /** Where the command was called. */
  readonly folder: string;
  readonly output: Output;
  /** Aborts when the person wants it stopped. */
  readonly interrupt: AbortSignal;
  /** Aborts when nobody reads the output any more; left out, somebody always does. */
  readonly readerGone?: AbortSignal;
  /** Asks the person to type something; undefined where there is no terminal. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Kinds of targets; left out, all that there are. */
  readonly kinds?: readonly TargetKind[];
  /** How long a lock that a team shares lasts; left out, the usual minute. */
  readonly lockTerms?: LockTerms;
  /** Seconds within which a release must be seen through the public address; left out, the usual ones. */
  readonly verifyWithin?: number;
  /** Where a secret's value comes from; left out, this process's own stdin. */
  readonly input?: NodeJS.ReadableStream;
  /** Name servers and addresses by which domains are asked; left out, the public ones. */
  readonly domains?: DomainOptions;
  /** While the work goes on, Ctrl-C is for the program that it has started in this terminal; left out, there is no terminal. */
  readonly handOver?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Opens a file for editing; left out, the person's editor. */
  readonly editor?: OpenEditor;
}

/** What every command is told. */
export interface Common {
  readonly json: boolean;
  /** Don't ask: whatever would be asked is answered with yes. */
  readonly yes: boolean;
  /** By its word or by -e; undefined: the config's first. */
  readonly environment: string | undefined;
}

/** The exit code of a program that was run in place of ours: it means what that program says. */
export type ForeignExit = number;

/** One command of the command line, declared. All of its arguments may be left out; `O` are its options. */
export interface Command<O extends Options = Options> {
  readonly name: string;
  readonly summary: string;
  /** What someone needs to know before using it; paragraphs. */
  readonly details?: string;
  /** Its words after the environment. */
  readonly args: readonly Argument[];
  /** What it can do, where that is several things: its first word says which, the first one is done when none is said. */
  readonly actions?: Readonly<Record<string, Action>>;
  /** Further words that it takes as they are, once all of `args` are there; what begins with - comes after --. */
  readonly rest?: Pick<Argument, 'name' | 'what'>;
  /** There may be no config yet: none of its words is an environment. */
  readonly withoutConfig?: true;
  readonly options: O;
  /** `args` begin with the action, where the command has some, and never hold the environment. */
  run(
    args: readonly (string | undefined)[],
    options: Values<O> & Common,
    context: Context,
  ): Promise<ExitCode | ForeignExit>;
}

/** Keeps the exact types of a command's options for its `run`. */
export const defineCommand = <const O extends Options>(command: Command<O>): Command<O> => command;
