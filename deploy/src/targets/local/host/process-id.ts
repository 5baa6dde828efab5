import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { cleanEnvironment } from '../../../model/clean-environment.ts';

/** A process of this machine, told apart from a later one that got the same number by when it was born. */
export const processIdSchema = z.object({
  pid: z.number(),
  /** Start time in the system's own words; only ever compared. On Linux it counts from the boot, so two boots can have the same. */
  born: z.string(),
  /** The boot of the machine in which it runs. Left out in files of earlier versions, and where nobody can tell. */
  boot: z.string().optional(),
});
export type ProcessId = Readonly<z.infer<typeof processIdSchema>>;

/** The running process with this number; null when there is none (a zombie is none). */
export function identify(pid: number): ProcessId | null {
  const found = process.platform === 'linux' ? identifyByProc(pid) : identifyByPs(pid);
  const boot = bootOf();
  return found && (boot === null ? found : { ...found, boot });
}

let boot: string | null | undefined;

/** The boot that this machine is in: the same for every process, and never again after it. Null where the system does not tell. */
function bootOf(): string | null {
  if (boot === undefined) boot = process.platform === 'linux' ? bootByProc() : bootBySysctl();
  return boot;
}

function bootByProc(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch (error) {
    // A sandbox may hide it: then processes are told apart by their start alone.
    if (['ENOENT', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function bootBySysctl(): string | null {
  try {
    return (
      execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], {
        encoding: 'utf8',
        env: cleanEnvironment(),
      }).trim() || null
    );
  } catch {
    // Other systems have no such word; their `ps` gives the date of a start, which no later boot repeats.
    return null;
  }
}

export function isAlive(id: ProcessId): boolean {
  const now = identify(id.pid);
  if (now === null || now.born !== id.born) return false;
  return id.boot === undefined || now.boot === undefined || id.boot === now.boot;
}

/** Sends a signal to exactly this process. False when it is gone. */
export function signalProcess(id: ProcessId, signal: NodeJS.Signals): boolean {
  return isAlive(id) && send(id.pid, signal);
}

/** Ends what is left of the process group that this pid led. False when there is nothing left. */
export function killGroup(pid: number): boolean {
  return send(-pid, 'SIGKILL');
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** proc_pid_stat(5): the command's name in parentheses may hold anything, so fields are counted from its closing one. */
function identifyByProc(pid: number): Pick<ProcessId, 'pid' | 'born'> | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, born] = [fields[0], fields[19]];
  if (state === 'Z' || state === 'X' || born === undefined) return null;
  return { pid, born };
}

function identifyByPs(pid: number): Pick<ProcessId, 'pid' | 'born'> | null {
  try {
    const found = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: cleanEnvironment(),
    }).trim();
    const [state = '', ...born] = found.split(/\s+/);
    return found === '' || state.startsWith('Z') ? null : { pid, born: born.join(' ') };
  } catch (error) {
    // ps ends with 1 where there is no such process.
    if ((error as { status?: number }).status === 1) return null;
    throw error;
  }
}
