import type { DomainOptions } from '../domains/domain.ts';
import type { ExitCode } from '../errors.ts';
import type { OpenEditor } from '../secrets/editor.ts';
import type { TargetKind } from '../targets/index.ts';
import type { Output } from './output.ts';

/** An option of a command, as data: what parsing, help and the reference page are made from. */
export interface Option<T = unknown> {
  readonly what: string;
  /** Name of its value in help, such as `SECONDS`; left out for a switch. */
  readonly value?: string;
  readonly short?: string;
  /** @throws {Error} with a message that follows `--name "text"`. */
  readonly parse: (text: string) => T;
  readonly default: T;
}

export type Options = Readonly<Record<string, Option>>;
export type Values<O extends Options> = { readonly [K in keyof O]: O[K]['default'] };

export interface Argument {
  readonly name: string;
  readonly what: string;
}

/** What a command may use of the world: tests give their own. */
export interface Context {
  /** Where the command was called. */
  readonly folder: string;
  readonly output: Output;
  /** Aborts when the person wants it stopped. */
  readonly interrupt: AbortSignal;
  /** Asks the person to type something; undefined where there is no terminal. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  readonly kinds: readonly TargetKind[];
  /** Where a secret's value comes from; left out, this process's own stdin. */
  readonly input?: NodeJS.ReadableStream;
  /** Name servers and addresses by which domains are asked; left out, the public ones. */
  readonly domains?: DomainOptions;
  /** Opens a file for editing; left out, the person's editor. */
  readonly editor?: OpenEditor;
}

/** One command of the command line, declared. `A` are its arguments (all may be left out), `O` its options. */
export interface Command<O extends Options = Options> {
  readonly name: string;
  readonly summary: string;
  /** What someone needs to know before using it; paragraphs. */
  readonly details?: string;
  readonly args: readonly Argument[];
  readonly options: O;
  run(
    args: readonly (string | undefined)[],
    options: Values<O> & { readonly json: boolean },
    context: Context,
  ): Promise<ExitCode>;
}

/** Keeps the exact types of a command's options for its `run`. */
export const defineCommand = <const O extends Options>(command: Command<O>): Command<O> => command;
