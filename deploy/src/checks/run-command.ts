import { spawn } from 'node:child_process';
import { cleanEnvironment, forCommands } from '../model/clean-environment.ts';
import type { Redactor } from '../secrets/index.ts';

export interface CommandResult {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  /** Standard output and error as they came, redacted. */
  readonly output: string;
}

/** Runs one of the project's own commands in its root, without a shell. Throws when it cannot be started or the signal aborts. */
export type RunCommand = (command: readonly string[], signal: AbortSignal) => Promise<CommandResult>;

const longestOutput = 200_000;
/** ms in which a command that was told to end may end by itself. */
const patience = 5_000;

/**
 * Commands in `root`, with a clean environment, the variables of this machine that `pass` names and those of `more`; their output is redacted
 * and its end kept.
 */
export function commandRunner(
  root: string,
  redactor: Redactor,
  pass: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): RunCommand {
  return (command, signal) =>
    new Promise((resolve, reject) => {
      const [program, ...args] = command;
      const env = cleanEnvironment([...forCommands, ...pass]);
      const child = spawn(program!, args, {
        cwd: root,
        // A group of its own, so that what the command started ends with it.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...env, CI: env.CI ?? '1', NO_COLOR: '1', ...more },
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.pipe(redactor.stream()).on('data', (chunk: Buffer) => {
          output = (output + chunk.toString('utf8')).slice(-longestOutput);
        });
      }
      const send = (name: NodeJS.Signals) => {
        try {
          if (child.pid) process.kill(-child.pid, name);
        } catch {
          // The group has ended by itself in the meantime.
        }
      };
      let last: NodeJS.Timeout | undefined;
      const stop = () => {
        send('SIGTERM');
        last = setTimeout(() => {
          send('SIGKILL');
          // What left the group may hold them open for ever.
          child.stdout.destroy();
          child.stderr.destroy();
        }, patience);
      };
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      child.once('error', (cause) => reject(new Error(`${program} could not be started`, { cause })));
      child.once('close', (code) => {
        clearTimeout(last);
        signal.removeEventListener('abort', stop);
        if (signal.aborted) reject(signal.reason);
        else resolve({ code, output });
      });
    });
}

/** The end of an output: what a person looks at first when a command failed. */
export function lastLines(output: string, most = 30): string {
  return output.trimEnd().split('\n').slice(-most).join('\n');
}
