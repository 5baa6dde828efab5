import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** What a tool of MongoDB took. */
export interface Taken {
  readonly seconds: number;
  /** Most memory that it had, in bytes; undefined where the system does not tell of another process (other than Linux). */
  readonly peak: number | undefined;
}

/** Milliseconds after which a tool is ended. */
const PATIENCE = 15 * 60_000;

/** Runs a program to its end. Undefined when that took longer than a quarter of an hour. */
export async function run(program: string, args: readonly string[]): Promise<Taken | undefined> {
  const start = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (piece) => {
    said = `${said}${piece}`.slice(-2_000);
  });
  let peak: number | undefined;
  const watching = setInterval(() => {
    peak = peakOf(child.pid!) ?? peak;
  }, 20);
  const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  try {
    const [code, signal] = await once(child, 'close');
    if (signal === 'SIGKILL') return undefined;
    if (code !== 0) throw new Error(`${program} ended with ${code}: ${said}`);
    return { seconds: (performance.now() - start) / 1000, peak };
  } finally {
    clearInterval(watching);
    clearTimeout(late);
  }
}

function peakOf(pid: number): number | undefined {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    // It has ended, or there is no such file here: the last one that was seen stands.
    return undefined;
  }
}
