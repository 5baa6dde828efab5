import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * Writes a file that only its owner may read, and answers with its path: for what a program must know and no command line may hold, for
 * those others can read. It is replaced as a whole, and only where it differs: on a full disk what is there must not be made empty.
 */
export function ownFile(path: string, text: string): string {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    writeFileSync(`${path}.next`, text, { mode: 0o600 });
    renameSync(`${path}.next`, path);
  }
  return path;
}
