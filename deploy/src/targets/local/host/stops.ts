import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { replaceReserved } from '../../../text/reserved-file.ts';

/**
 * How often everything of an environment was ended. A host takes some hundred milliseconds until anybody can find it: one that was launched
 * before a stop, by the keeper of one that had died, is told by this number that it comes too late.
 */
export function readStops(path: string): number {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  return z.number().parse(JSON.parse(text));
}

/** Whoever does this holds the host's lock: a host that is launched from now on knows of it, and one from before cannot be past its check. */
export function countStop(path: string): void {
  replaceReserved(path, JSON.stringify(readStops(path) + 1));
}
