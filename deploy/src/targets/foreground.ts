import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ConductorError, exitCode } from '../errors.ts';

/** A program that takes this process's place at the terminal for a while. */
export interface Foreground {
  /** Program and words, for no shell to read. */
  readonly words: readonly string[];
  /** All that it gets to know: secrets reach it here and nowhere else. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Takes what it writes to stdout; left out, it writes to this process's own. */
  readonly output?: (text: string) => void;
}

/**
 * Runs a program that reads and writes what this process does, to its end. Resolves with its exit code: 128 and the number of the signal
 * where one has ended it.
 * @throws {ConductorError} `run.not-started` (exit 2).
 */
export async function runForeground({ words, env, cwd, signal, output }: Foreground): Promise<number> {
  const [program = '', ...args] = words;
  signal.throwIfAborted();
  const child = spawn(program, args, {
    env: { ...env },
    stdio: ['inherit', output ? 'pipe' : 'inherit', 'inherit'],
    ...(cwd !== undefined && { cwd }),
  });
  if (output) child.stdout?.setEncoding('utf8').on('data', output);
  const end = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', end);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', (cause) => reject(notStarted(program, cause)));
      // Not its exit: what it has written is to be read first.
      child.once('close', (code, name) => resolve(code ?? 128 + (name ? constants.signals[name] : 0)));
    });
  } finally {
    signal.removeEventListener('abort', end);
  }
}

const notStarted = (program: string, cause: Error) =>
  new ConductorError({
    code: 'run.not-started',
    message: `${program} could not be started: ${cause.message}`,
    hint: 'It is looked for in the PATH, and in node_modules/.bin of what runs.',
    exit: exitCode.usage,
    cause,
  });
