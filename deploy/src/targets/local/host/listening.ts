import { readdir, readFile, readlink } from 'node:fs/promises';

/** An address on which a process takes connections: `127.0.0.1`, `::1`, `*` for all of the machine. */
export interface Listening {
  readonly host: string;
  readonly port: number;
}

/** Where the processes of a group listen. Empty where the system does not tell. */
export async function listeningOf(group: number): Promise<Listening[]> {
  if (process.platform !== 'linux') return [];
  const [sockets, pids] = await Promise.all([allListening(), processesOf(group)]);
  const inodes = (await Promise.all(pids.map(socketsOf))).flat();
  return inodes.flatMap((inode) => sockets.get(inode) ?? []);
}

/** By the number of its socket: proc_net_tcp, of which the second field is the address, the fourth the state and the tenth the inode. */
async function allListening(): Promise<Map<string, Listening>> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => text(`/proc/net/${name}`)));
  const rows = tables.flatMap((table) => table.split('\n').slice(1)).map((row) => row.trim().split(/\s+/));
  const listening = '0A';
  return new Map(
    rows.flatMap(([, address = '', , state, , , , , , inode = '']) => {
      if (state !== listening) return [];
      const [host = '', port = ''] = address.split(':');
      return [[inode, { host: hostOf(host), port: Number.parseInt(port, 16) }] as const];
    }),
  );
}

/** The addresses that matter here, as the kernel writes them: groups of four bytes, each in the machine's own order. */
const hostOf = (hex: string): string => {
  if (/^0+$/.test(hex)) return '*';
  if (hex === '00000000000000000000000001000000') return '::1';
  if (hex.length > 8) return 'an IPv6 address';
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.');
};

async function processesOf(group: number): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      // The command's name in parentheses may hold anything; the group is the third field after it: proc_pid_stat(5).
      const stat = await text(`/proc/${pid}/stat`);
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) === group ? [pid] : [];
    }),
  );
  return found.flat();
}

async function socketsOf(pid: string): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

/** Empty for what has ended by now, or is somebody else's. */
const text = (file: string): Promise<string> => readFile(file, 'latin1').catch(() => '');

/** What is wrong with where a process listens that should on `port` of 127.0.0.1, in words that say what to change. */
export function describeListening(found: readonly Listening[], port: number): string {
  const own = found.find((each) => each.port === port);
  if (own) return `it listens on port ${port} of ${own.host} only, not of 127.0.0.1, which HOST tells it`;
  const ports = [...new Set(found.map((each) => each.port))].join(', ');
  return ports === ''
    ? 'it listens nowhere: its start command must begin to listen on PORT'
    : `it listens on ${ports} instead: it must listen on PORT`;
}
