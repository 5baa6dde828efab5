import { readdirSync, readFileSync } from 'node:fs';
import { identify, type ProcessId } from '../../deploy/src/targets/local/host/process-id.ts';

/** The processes of a machine by the folder that its engine works in: engine, containerd, shims, and all that run in containers. */
export function processesOf(folder: string): ProcessId[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map(all.map((pid) => [pid, parentOf(pid)]));
  const own = new Set(all.filter((pid) => wordsOf(pid).some((word) => word.includes(`${folder}/`))));
  const isOwn = (pid: string | null | undefined): boolean =>
    pid != null && (own.has(pid) || isOwn(parents.get(pid)));
  return all.filter(isOwn).flatMap((pid) => identify(Number(pid)) ?? []);
}

const wordsOf = (pid: string): string[] => (read(`/proc/${pid}/cmdline`) ?? '').split('\0');

/** proc_pid_stat(5): the name in parentheses may hold anything. */
const parentOf = (pid: string): string | null =>
  read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ')[1] ?? null;

/** Null for a process that has ended meanwhile. */
function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
