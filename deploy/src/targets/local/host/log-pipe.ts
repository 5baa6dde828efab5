import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, constants, existsSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cleanEnvironment } from '../../../model/clean-environment.ts';

const execute = promisify(execFile);

/**
 * A process does not write to its log itself, or it would fail, or end, when the disk is full. It writes to a named pipe, which the
 * keeper reads (`log-keeper.ts`). Every end of it is open for both directions, so nobody's death breaks it, and what is in it stays for
 * as long as the process, the host or the keeper lives.
 */
export const pipePath = (log: string, key: number | string): string =>
  join(dirname(dirname(log)), 'pipes', `${basename(log, '.log')}#${key}`);

/** The log that what comes through a pipe belongs to. */
export const logOfPipe = (pipe: string): string =>
  join(dirname(dirname(pipe)), 'logs', `${basename(pipe).replace(/#[^#]*$/, '')}.log`);

/** Makes pipes that are not there. Where that is not possible, it is said, and the processes write to their logs directly. */
export async function makePipes(paths: readonly string[]): Promise<void> {
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length === 0) return;
  try {
    for (const path of missing) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    await execute('mkfifo', ['-m', '600', ...missing], { env: cleanEnvironment() });
  } catch (error) {
    console.error(error);
  }
}

export function removePipe(path: string): void {
  rmSync(path, { force: true });
}

/** Begins a line of the host to the keeper: everything before it has to be in the log when the keeper repeats its number. */
export const markBegin = '\0conductor mark ';
/** ms to wait for the keeper: it may be away for a moment. */
const patience = 1_000;
const waiting = new Map<string, () => void>();

/** The keeper has come to a mark. */
export function markSeen(id: string): void {
  waiting.get(id)?.();
}

/** The host's end of the pipe of one process. */
export class LogPipe {
  /** For the process: not yet used by any other. */
  readonly fd: number;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** Null where there is no such pipe. */
  static open(path: string): LogPipe | null {
    try {
      return new LogPipe(openSync(path, constants.O_RDWR | constants.O_NONBLOCK));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** Closes it when all that was written to it is in the log, or when the keeper has not said so for a second. */
  async drain(): Promise<void> {
    const id = randomBytes(8).toString('hex');
    const late = performance.now() + patience;
    try {
      const seen = new Promise<void>((resolve) => waiting.set(id, resolve));
      while (!this.#write(`${markBegin}${id}\n`) && performance.now() < late) await sleep(10);
      await Promise.race([seen, sleep(late - performance.now(), undefined, { ref: false })]);
    } finally {
      waiting.delete(id);
      closeSync(this.fd);
    }
  }

  /** False when it is full. */
  #write(text: string): boolean {
    try {
      writeSync(this.fd, text);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      return false;
    }
  }
}
