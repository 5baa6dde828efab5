import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process of this machine, told apart from a later one that got the same number by when it was born. */
export interface ProcessId {
  readonly pid: number;
  /** Start time in the system's own words; only ever compared. */
  readonly born: string;
}

/** The running process with this number; null when there is none (a zombie is none). */
export function identify(pid: number): ProcessId | null {
  return process.platform === 'linux' ? identifyByProc(pid) : identifyByPs(pid);
}

export function isAlive(id: ProcessId): boolean {
  return identify(id.pid)?.born === id.born;
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
function identifyByProc(pid: number): ProcessId | null {
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

function identifyByPs(pid: number): ProcessId | null {
  try {
    const found = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [state = '', ...born] = found.split(/\s+/);
    return found === '' || state.startsWith('Z') ? null : { pid, born: born.join(' ') };
  } catch (error) {
    // ps ends with 1 where there is no such process.
    if ((error as { status?: number }).status === 1) return null;
    throw error;
  }
}
