import { readFileSync } from 'node:fs';
import { removeReserved, replaceReserved } from '../../../text/reserved-file.ts';
import { isAlive, type ProcessId, processIdSchema } from './process-id.ts';
import { type HostFile, hostFileSchema } from './protocol.ts';

/** The host that runs, and where it listens; null when none does. */
export const findHost = (path: string): HostFile | null => find(path, hostFileSchema);

/** The keeper that runs; null when none does. */
export const findKeeper = (path: string): ProcessId | null => find(path, processIdSchema);

/** Where the host listens, or listened until it died; null where there is no word of one. */
export const socketOf = (path: string): string | null => read(path, hostFileSchema)?.socket ?? null;

function find<T extends ProcessId>(path: string, schema: { parse(value: unknown): T }): T | null {
  const file = read(path, schema);
  return file !== null && isAlive(file) ? file : null;
}

function read<T>(path: string, schema: { parse(value: unknown): T }): T | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return schema.parse(JSON.parse(text));
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
