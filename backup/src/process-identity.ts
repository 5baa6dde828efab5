import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';

export const processIdentitySchema = z.object({
  /** Where a process id means one process: this boot of this machine, and this namespace of ids. Another one cannot be compared. */
  world: z.string(),
  /** When it started, as that world counts: ids are used again, and the two together are not. */
  started: z.string(),
});

/** Which process it is, among all that there ever were anywhere. */
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/** The identity of a process of this world; null when there is no such process, or nobody can tell here. */
export async function identityOf(pid: number): Promise<ProcessIdentity | null> {
  const [world, started] = await Promise.all([worldOf(), startOf(pid)]);
  return world !== null && started !== null ? { world, started } : null;
}

/**
 * Whether a process is proven to be gone. False when it lives and also when nobody can tell: in another container, on another machine
 * (whatever its host name), after another boot.
 */
export async function isProvenGone(pid: number, { world, started }: ProcessIdentity): Promise<boolean> {
  if ((await worldOf()) !== world) return false;
  if (!exists(pid)) return true;
  const now = await startOf(pid);
  // Unreadable (someone else's process, or gone just now) proves nothing unless it no longer exists.
  return now === null ? !exists(pid) : now !== started;
}

/** Asks the kernel, since another user's process may be hidden from /proc. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function worldOf(): Promise<string | null> {
  if (process.platform === 'linux') return linuxWorld();
  if (process.platform === 'darwin') return said('sysctl', '-n', 'kern.bootsessionuuid');
  return null;
}

async function linuxWorld(): Promise<string | null> {
  try {
    const [boot, namespace, status] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readlink('/proc/self/ns/pid'),
      readFile('/proc/self/status', 'utf8'),
    ]);
    // More ids than one: this /proc is of a namespace around ours, and its ids are not those that we know processes by.
    const ids = /^NSpid:\s*(.*)$/m.exec(status)?.[1]?.split(/\s+/);
    return ids?.length === 1 ? `${boot.trim()} ${namespace}` : null;
  } catch {
    // No /proc, or one that a sandbox cut short: nothing can be proven here, so whoever holds the lock is watched.
    return null;
  }
}

const startOf = (pid: number): Promise<string | null> =>
  process.platform === 'linux' ? linuxStart(pid) : said('ps', '-o', 'lstart=', '-p', String(pid));

/** Field 22 of /proc/PID/stat: clock ticks from boot to start. A zombie has ended: `ended` is nobody's start. */
async function linuxStart(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // The name (field 2) may hold spaces and brackets, so what follows its last bracket is counted.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? 'ended' : (fields[19] ?? null);
}

async function said(program: string, ...args: string[]): Promise<string | null> {
  const { stdout } = await promisify(execFile)(program, args, { env: { PATH: process.env.PATH } }).catch(
    () => ({ stdout: '' }),
  );
  return stdout.trim() || null;
}
