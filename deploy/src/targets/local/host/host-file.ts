import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive } from './process-id.ts';
import { type HostFile, hostFileSchema } from './protocol.ts';

/** The host that runs, and where it listens; null when none does. */
export function findHost(path: string): HostFile | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const file = hostFileSchema.parse(JSON.parse(text));
  return isAlive(file) ? file : null;
}

export function writeHostFile(path: string, file: HostFile): void {
  writeFileSync(`${path}.next`, JSON.stringify(file), { mode: 0o600 });
  renameSync(`${path}.next`, path);
}

export function removeHostFile(path: string): void {
  rmSync(path, { force: true });
}
