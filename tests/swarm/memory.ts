import { readdirSync, readFileSync } from 'node:fs';
import type { Server } from './server.ts';

/** Megabytes that everything on a server uses: its services by name, and the engine with what belongs to it. */
export async function memoryOf(server: Server): Promise<Record<string, number>> {
  const used: Record<string, number> = {};
  const said = await server.docker('stats', '--no-stream', '--format', '{{.Name}} {{.MemUsage}}');
  for (const line of said.split('\n')) {
    const [, name, amount, unit] = /^(\S+?)\.\S+ ([\d.]+)(\w+) /.exec(line) ?? [];
    const megabytes = Number(amount) * ({ KiB: 1 / 1024, MiB: 1, GiB: 1024 }[unit ?? ''] ?? Number.NaN);
    if (!(name && megabytes > 0)) throw new Error(`the engine says of memory: ${line}`);
    used[name] = Math.round((used[name] ?? 0) + megabytes);
  }
  used.engine = Math.round(engineOf(server).reduce((sum, bytes) => sum + bytes, 0) / 2 ** 20);
  return used;
}

/** Bytes in memory of each of the engine's own processes: those that name its folder. */
function engineOf({ folder }: Server): number[] {
  return readdirSync('/proc')
    .filter((id) => /^\d+$/.test(id))
    .flatMap((id) => {
      try {
        const words = readFileSync(`/proc/${id}/cmdline`, 'utf8');
        if (!words.includes(folder) || !/dockerd|containerd/.test(words)) return [];
        const resident = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'));
        return resident ? [Number(resident[1]) * 1024] : [];
      } catch (error) {
        // It has ended meanwhile.
        if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
        throw error;
      }
    });
}
