import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * When a process of this machine started, as an opaque text that no later process with the same id has; null when there is no
 * such process, or (where neither /proc nor ps can tell) nobody knows.
 */
export async function processStart(pid: number): Promise<string | null> {
  if (process.platform === 'linux') return linuxStart(pid);
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.trim() || null;
}

/** Boot id and field 22 of /proc/PID/stat (clock ticks from boot to start); a zombie counts as gone. */
async function linuxStart(pid: number): Promise<string | null> {
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
  ]);
  if (stat === null) return null;
  // The name (field 2) may hold spaces and brackets, so what follows its last bracket is counted.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? null : `${boot.trim()}:${fields[19]}`;
}
