import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process that runs for a folder of a test's: it was started with its path, in it, or with it as its temporary folder. */
export interface Belonging {
  readonly pid: number;
  /** Its command line, cut short. */
  readonly command: string;
  /** TCP ports that it listens on. */
  readonly ports: readonly number[];
}

/** False where the system does not say what a process was started with; nothing can be found there. */
export const canLook = process.platform === 'linux';

/** The processes that belong to a folder; never this one. See proc(5). */
export function belongingTo(folder: string): Belonging[] {
  if (!canLook) return [];
  const needle = Buffer.from(folder);
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => mentions(`/proc/${pid}`, needle));
  if (found.length === 0) return [];
  const listening = listeningSockets();
  return found.map((pid) => ({
    pid: Number(pid),
    command: read(`/proc/${pid}/cmdline`).toString().replaceAll('\0', ' ').trim().slice(0, 160),
    ports: socketsOf(pid).flatMap((socket) => listening.get(socket) ?? []),
  }));
}

function mentions(process: string, needle: Buffer): boolean {
  // One that has ended and was not waited for has neither.
  const [environment, command] = [read(`${process}/environ`), read(`${process}/cmdline`)];
  if (environment.includes(needle) || command.includes(needle)) return true;
  return command.length > 0 && link(`${process}/cwd`).startsWith(needle.toString());
}

/** Port by the inode of its listening socket. State 0A is LISTEN. */
function listeningSockets(): Map<string, number> {
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => read(table).toString().split('\n'));
  const rows = lines.map((line) => line.trim().split(/\s+/)).filter((fields) => fields[3] === '0A');
  return new Map(
    rows.map((fields) => [fields[9] ?? '', Number.parseInt(fields[1]?.split(':')[1] ?? '', 16)]),
  );
}

function socketsOf(pid: string): string[] {
  return list(`/proc/${pid}/fd`)
    .map((fd) => /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${fd}`))?.[1])
    .filter((inode) => inode !== undefined);
}

const read = (path: string) => unlessGone(() => readFileSync(path), Buffer.alloc(0));
const link = (path: string) => unlessGone(() => readlinkSync(path), '');
const list = (path: string) => unlessGone(() => readdirSync(path), []);

/** Processes end while they are looked at, and others' are not ours to see. */
function unlessGone<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch (error) {
    const gone = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'];
    if (gone.includes((error as NodeJS.ErrnoException).code ?? '')) return otherwise;
    throw error;
  }
}

/** Ends them at once. */
export function end(belongings: readonly Belonging[]): void {
  for (const { pid } of belongings) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
