/** Why a process cannot do what it was started for, said to whoever runs it: without a stack, and never with a secret. */
export class StartError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(options: { code: string; message: string; hint: string; cause?: unknown }) {
    super(options.message, { cause: options.cause });
    this.name = 'StartError';
    this.code = options.code;
    this.hint = options.hint;
  }
}
