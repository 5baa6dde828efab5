import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export const run = promisify(execFile);

/** The first of `names` that isn't on the PATH. */
export function firstMissing(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const isThere = (path: string): boolean => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  return names.find((name) => !folders.some((folder) => isThere(join(folder, name))));
}

/** Starts a program in the foreground; its output is thrown away. */
export const start = (command: string, args: readonly string[]): ChildProcess =>
  spawn(command, args, { stdio: 'ignore' });

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Waits until `check` holds. */
export async function until(what: string, deadline: number, check: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + deadline; Date.now() < end; ) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} took longer than ${deadline} ms.`);
}
