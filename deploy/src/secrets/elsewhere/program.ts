import { spawn } from 'node:child_process';
import { cleanEnvironment } from '../../model/clean-environment.ts';

/** What a program said. Its output is a secret: it gets into no message. */
export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  /** Variables of `env` that it gets, beside those that concern the machine. */
  readonly also: Parameters<typeof cleanEnvironment>[0];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Bytes of an output beyond which it is no secret. */
export const longestSecret = 64 * 1024;

/** Told to a program by ending it: it was not there. */
export class NotThere extends Error {}

/**
 * Runs a program that says a secret, without a shell and with nothing to read. Ended with all that it has started when the signal aborts, or
 * when it says more than a secret has.
 * @throws {NotThere} where there is no such program; the signal's reason.
 */
export function saying(words: readonly string[], { cwd, also, env, signal }: RunOptions): Promise<Said> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const [program = '', ...args] = words;
    const child = spawn(program, args, {
      cwd,
      env: cleanEnvironment(also, env),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
    const end = () => {
      try {
        if (child.pid) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself in the meantime.
      }
      child.stdout.destroy();
      child.stderr.destroy();
    };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].on('data', (chunk: Buffer) => {
        said[stream] = Buffer.concat([said[stream], chunk]);
        if (said[stream].length > longestSecret) end();
      });
    }
    signal.addEventListener('abort', end, { once: true });
    child.once('error', (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', end);
      reject(error.code === 'ENOENT' || error.code === 'EACCES' ? new NotThere(program) : error);
    });
    child.once('close', (code) => {
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(signal.reason);
      else resolve({ code, stdout: said.stdout.toString('utf8'), stderr: said.stderr.toString('utf8') });
    });
  });
}
