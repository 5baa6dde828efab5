import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { ownFolder } from '../model/own-folder.ts';

/** What belongs to no release, in any folder. */
const never = new Set(['node_modules', '.git', ownFolder]);

/** Every file and link below a folder, as paths relative to it; in a stable order. */
export async function filesBelow(folder: string, under = ''): Promise<string[]> {
  const entries = await readdir(join(folder, under), { withFileTypes: true });
  const found = await Promise.all(
    entries
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (entry) => {
        if (never.has(entry.name)) return [];
        const path = join(under, entry.name);
        return entry.isDirectory() ? filesBelow(folder, path) : [path];
      }),
  );
  return found.flat();
}

/** Copies files and links by their relative paths, as they are; what is not there any more is left out. */
export async function copyFiles(from: string, to: string, files: readonly string[]): Promise<void> {
  for (const folder of new Set(files.map((file) => dirname(join(to, file))))) {
    await mkdir(folder, { recursive: true });
  }
  const queue = [...files];
  const work = async () => {
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      await copyOne(join(from, file), join(to, file));
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
}

async function copyOne(from: string, to: string): Promise<void> {
  let kind: Awaited<ReturnType<typeof lstat>>;
  try {
    kind = await lstat(from);
  } catch (error) {
    // Deleted in the tree, and not yet in git's index.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (kind.isSymbolicLink()) await symlink(await readlink(from), to);
  else if (kind.isFile()) await copyFile(from, to, constants.COPYFILE_FICLONE);
}
