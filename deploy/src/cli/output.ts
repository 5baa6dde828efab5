import { createColors } from 'picocolors';
import type { Reporter } from '../environment/reporter.ts';
import { asCalled } from './called.ts';
import { liveReporter } from './live.ts';
import { plainReporter } from './plain.ts';

export type Colors = ReturnType<typeof createColors>;

/** What a command writes to; a terminal has columns. */
export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Results go to stdout, everything said to people goes to stderr, and no secret goes to either. */
export class Output {
  readonly colors: Colors;
  readonly #out: Stream;
  readonly #error: Stream;
  readonly #env: NodeJS.ProcessEnv;
  readonly #called: string;
  #redact: (text: string) => string = (text) => text;

  /** @param called how the person calls the command, for what is said to them */
  constructor(out: Stream, error: Stream, env: NodeJS.ProcessEnv, called = 'conductor') {
    this.#called = called;
    this.#out = out;
    this.#error = error;
    this.#env = env;
    const wanted = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
    this.colors = createColors(!env.NO_COLOR && (wanted || (error.isTTY === true && env.TERM !== 'dumb')));
  }

  /** From now on these secrets are taken out of everything that is written. */
  protect(redact: (text: string) => string): void {
    this.#redact = redact;
  }

  /** One line of result. */
  result(text: string): void {
    this.#out.write(`${this.#redact(text)}\n`);
  }

  /** The same where people read it, with commands in it: each as they call it. Never for what programs read, or for what somebody else wrote. */
  resultForPeople(text: string): void {
    this.#out.write(`${this.#forPeople(text)}\n`);
  }

  /** One line of result as it is: for a secret that was asked for by name. */
  asked(text: string): void {
    this.#out.write(`${text}\n`);
  }

  /** One line for people as it is: for a secret of theirs, where nobody but them sees it. */
  shown(text: string): void {
    this.#error.write(`${text}\n`);
  }

  /** A person looks at what is said; a log of a CI, or a file, is none. */
  get isTerminal(): boolean {
    return this.#error.isTTY === true && !this.#env.CI;
  }

  /** One line for people. */
  say(text = ''): void {
    this.#error.write(`${this.#forPeople(text)}\n`);
  }

  #forPeople(text: string): string {
    return asCalled(this.#redact(text), this.#called);
  }

  /** How an engine shows its steps: live in a terminal, as plain lines elsewhere. */
  reporter(): Reporter {
    const write = (text: string) => void this.#error.write(this.#forPeople(text));
    return this.#error.isTTY && process.env.TERM !== 'dumb'
      ? liveReporter({ write, columns: () => this.#error.columns || 80, colors: this.colors })
      : plainReporter((line) => write(`${line}\n`));
  }
}
