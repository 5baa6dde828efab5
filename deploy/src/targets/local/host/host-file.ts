import { readFileSync } from 'node:fs';
import { isAlive } from './process-id.ts';
import { type HostFile, hostFileSchema } from './protocol.ts';
import { removeReserved, replaceReserved } from './reserved-file.ts';

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

/** A host is started again on a full disk, too: see {@link replaceReserved}. */
export function writeHostFile(path: string, file: HostFile): void {
  replaceReserved(path, JSON.stringify(file));
}

export function removeHostFile(path: string): void {
  removeReserved(path);
}
