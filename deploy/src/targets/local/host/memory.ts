import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { cleanEnvironment } from '../../../model/clean-environment.ts';

const run = promisify(execFile);

/** Bytes of memory that the processes of these groups have in use. What several of them share counts for each. */
export const memoryOf = (groups: readonly number[]): Promise<number> =>
  process.platform === 'linux' ? memoryByProc(new Set(groups)) : memoryByPs(new Set(groups));

/** Bytes that this machine could give to processes without swapping; null where the system does not tell. */
export async function availableMemory(): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const found = /^MemAvailable: +(\d+) kB$/m.exec(await readFile('/proc/meminfo', 'latin1'));
  return found ? Number(found[1]) * 1024 : null;
}

/** Why processes that hold `held` bytes are not kept beside those that serve; null: they may be. */
export function shortage(held: number, available: number | null): string | null {
  if (available === null || available >= 2 * held) return null;
  return `it holds ${megabytes(held)} MB, and this machine has ${megabytes(available)} MB left`;
}

export const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

async function memoryByProc(groups: ReadonlySet<number>): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const held = await Promise.all(
    pids.map(async (pid) => {
      // The command's name in parentheses may hold anything; the group is the third field after it: proc_pid_stat(5).
      const stat = await ofProcess(pid, 'stat');
      const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
      if (!groups.has(group)) return 0;
      const status = await ofProcess(pid, 'status');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
    }),
  );
  return held.reduce((sum, each) => sum + each, 0);
}

/** Empty when the process has ended. */
async function ofProcess(pid: string, file: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

async function memoryByPs(groups: ReadonlySet<number>): Promise<number> {
  const { stdout } = await run('ps', ['-axo', 'pgid=,rss='], { env: cleanEnvironment() });
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return rows.reduce((sum, [group = 0, rss = 0]) => (groups.has(group) ? sum + rss * 1024 : sum), 0);
}
