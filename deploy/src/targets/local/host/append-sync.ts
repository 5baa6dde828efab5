import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { namesIn } from '../../../text/if-there.ts';

/** ms between two looks: what a power cut may take of what Redis has acknowledged. */
const everyMs = 1_000;

/**
 * Brings what Redis has written onto the disk, once a second, in its place (`appendfsync no`): with `everysec` it answers before it has
 * written while a sync is under way, so a kill could lose what it has acknowledged; with `always` it ends when the disk is full.
 * A file is synced whoever asks for it: fsync(2) is about the file, not about who has written.
 * @param folder of all stores' data.
 */
export async function syncAppendFiles(folder: string): Promise<never> {
  const synced = new Map<string, number>();
  for (;;) {
    try {
      await syncChanged(folder, synced);
    } catch (error) {
      console.error(error);
    }
    await sleep(everyMs);
  }
}

/** Syncs each file that was written since it was synced last. Answers when that is done. */
export async function syncChanged(folder: string, synced: Map<string, number>): Promise<void> {
  for (const path of await appendFiles(folder)) {
    try {
      const { mtimeMs } = await stat(path);
      if (synced.get(path) !== mtimeMs) await sync(path);
      synced.set(path, mtimeMs);
    } catch (error) {
      // Redis has written all of it into another file since it was listed.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function appendFiles(folder: string): Promise<string[]> {
  const stores = await namesIn(folder);
  const found = await Promise.all(
    stores.map(async (store) => {
      const appended = join(folder, store, 'appendonlydir');
      return (await namesIn(appended))
        .filter((name) => name.endsWith('.aof'))
        .map((name) => join(appended, name));
    }),
  );
  return found.flat();
}
