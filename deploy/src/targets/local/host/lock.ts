import { DatabaseSync } from 'node:sqlite';

/**
 * A lock that the kernel lets go of when its holder dies, however it dies: an exclusive transaction on an SQLite file, for
 * Node has no flock of its own.
 */
export interface Lock {
  release(): void;
}

/** Takes the lock, or answers null when another process holds it. */
export function tryLock(path: string): Lock | null {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // Its journal would need room on the disk, for an empty page.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    // https://www.sqlite.org/rescode.html#busy
    if ((error as { errcode?: number }).errcode === 5) return null;
    throw error;
  }
  return { release: () => database.close() };
}
