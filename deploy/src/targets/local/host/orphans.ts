import { readdirSync, readFileSync } from 'node:fs';
import { identify, killGroup, type ProcessId } from './process-id.ts';

/**
 * Ends what a process that is gone has started and left behind: it would hold the port and the memory of the next one. The host does that
 * itself for a process that ends while it watches; this is for one that ended while nobody did.
 *
 * The number of a group proves nothing, for it may be another's by now: one of the session that our process led, in the same boot and no
 * older than it, must have its marks. While it lives, the number is nobody else's. Where the system does not show another process's
 * variables, nothing is ended.
 * @param marks variables that we gave the process, and with it all that it started.
 */
export function endOrphans(leader: ProcessId, marks: Readonly<Record<string, string>>): void {
  if (process.platform !== 'linux' || leader.boot !== identify(process.pid)?.boot) return;
  const orphans = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isOrphan(name, leader, marks));
  if (orphans.length > 0) killGroup(leader.pid);
}

function isOrphan(pid: string, leader: ProcessId, marks: Readonly<Record<string, string>>): boolean {
  // proc_pid_stat(5), from the third field on: state, parent, group, session; the start is the 22nd.
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [group, session, born] = [fields[2], fields[3], fields[19]];
  const led = String(leader.pid);
  if (pid === led || group !== led || session !== led || Number(born) < Number(leader.born)) return false;
  const variables = read(`/proc/${pid}/environ`).split('\0');
  return Object.entries(marks).every(([name, value]) => variables.includes(`${name}=${value}`));
}

/** Empty for a process that is gone by now, or somebody else's. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return '';
    throw error;
  }
}
