import { readFileSync } from 'node:fs';

/** What a small file of ours holds; undefined where it is not there, or was not written to its end. */
export function jsonIfThere(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
