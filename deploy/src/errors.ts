/** Whose doing a failure is: it decides the tone of the message and the exit code. */
export type Fault = 'user' | 'conductor' | 'platform';

/** The exit codes that every command keeps to; `docs/reference/cli.md` explains them to users. */
export const exitCode = {
  done: 0,
  ourFault: 1,
  usage: 2,
  checksFailed: 3,
  deployFailed: 4,
  rolledBack: 5,
  locked: 6,
  unknown: 7,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

interface ConductorErrorOptions {
  /** Stable, dotted, never reused: `config.unknown-environment`. */
  code: string;
  /** What failed, with which value. Never a secret's value. */
  message: string;
  /** What to do next, as one sentence or a command. */
  hint?: string;
  exit?: ExitCode;
  fault?: Fault;
  cause?: unknown;
}

/** An error made to be read by a person: it says what failed and what to do next. */
export class ConductorError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly exit: ExitCode;
  readonly fault: Fault;

  constructor({
    code,
    message,
    hint,
    exit = exitCode.ourFault,
    fault = 'user',
    cause,
  }: ConductorErrorOptions) {
    super(message, { cause });
    this.name = 'ConductorError';
    this.code = code;
    this.hint = hint;
    this.exit = exit;
    this.fault = fault;
  }
}
