import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { openLog, tail } from '../host/log-file.ts';
import { identify } from '../host/process-id.ts';
import { forgetRunning, noteRunning } from './left-running.ts';

/** A command of the build did not end well. */
export class CommandFailed extends Error {
  /** Its last lines. */
  readonly lines: readonly string[];

  constructor(command: readonly string[], how: string, lines: readonly string[]) {
    super(`${command.join(' ')} ${how}`);
    this.name = 'CommandFailed';
    this.lines = lines;
  }
}

/** ms in which a command that was told to end may end by itself. */
const patience = 5_000;

interface RunOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** File that its output is appended to. */
  readonly log: string;
  /** File that says which command runs; see `left-running.ts`. */
  readonly running: string;
  readonly signal: AbortSignal;
}

/**
 * Runs a command of the build to its end.
 * @throws {CommandFailed} with its last lines, when it does not end with 0; the signal's reason, when that aborts.
 */
export async function run(
  command: readonly string[],
  { cwd, env, log, running, signal }: RunOptions,
): Promise<void> {
  signal.throwIfAborted();
  const [file = '', ...args] = command;
  const output = openLog(log);
  // A group of its own, so that an abort ends what it has started, too.
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', output, output], detached: true });
  closeSync(output);
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signalled) => resolve(code === 0 ? null : `ended with ${signalled ?? code}`));
  });
  const send = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch (error) {
      // The group has ended by itself in the meantime.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  let last: NodeJS.Timeout | undefined;
  const abort = () => {
    send('SIGTERM');
    last = setTimeout(() => send('SIGKILL'), patience);
  };
  signal.addEventListener('abort', abort, { once: true });
  const id = child.pid === undefined ? null : identify(child.pid);
  if (id !== null) {
    try {
      noteRunning(running, id);
    } catch (error) {
      send('SIGKILL');
      throw error;
    }
    // What serves goes first: a build takes every core that it can get.
    setPriority(id.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  }
  const how = await ended;
  await forgetRunning(running);
  clearTimeout(last);
  signal.removeEventListener('abort', abort);
  signal.throwIfAborted();
  if (how !== null) throw new CommandFailed(command, how, tail(log, 20));
}
