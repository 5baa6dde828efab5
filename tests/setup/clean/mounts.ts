import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const table = '/proc/self/mountinfo';

/** File systems that are mounted below a folder, the deepest first. See proc_pid_mountinfo(5). */
export function mountsBelow(folder: string): string[] {
  if (!existsSync(table)) return [];
  return readFileSync(table, 'utf8')
    .split('\n')
    .map((line) => plain(line.split(' ')[4] ?? ''))
    .filter((path) => path.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length);
}

/** Spaces and the like are octal there. */
const plain = (path: string) =>
  path.replace(/\\([0-7]{3})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** Takes them away at once, also where something still has a file open: then the rest of it goes when that ends. */
export function unmount(paths: readonly string[]): void {
  for (const path of paths) execFileSync('umount', ['--lazy', path], { stdio: ['ignore', 'ignore', 'pipe'] });
}
