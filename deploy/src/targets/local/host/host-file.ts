import { readFileSync } from 'node:fs';
import { removeReserved, replaceReserved } from '../../../text/reserved-file.ts';
import { isAlive, type ProcessId, processIdSchema } from './process-id.ts';
import { type HostFile, hostFileSchema } from './protocol.ts';

/** The host that runs, and where it listens; null when none does. */
export const findHost = (path: string): HostFile | null => find(path, hostFileSchema);

/** The keeper that runs; null when none does. */
export const findKeeper = (path: string): ProcessId | null => find(path, processIdSchema);

function find<T extends ProcessId>(path: string, schema: { parse(value: unknown): T }): T | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const file = schema.parse(JSON.parse(text));
  return isAlive(file) ? file : null;
}

/**
 * Says where a process is found: for the host `host.json`, for its keeper `keeper.json`. They are started again on a full disk, too: see
 * {@link replaceReserved}.
 */
export function writeProcessFile(path: string, file: HostFile | ProcessId): void {
  replaceReserved(path, JSON.stringify(file));
}

export function removeProcessFile(path: string): void {
  removeReserved(path);
}
