import { readdir, readFile, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import ignore from '@balena/dockerignore';

/**
 * Takes out of a folder what its `.dockerignore` keeps from the build, or `<dockerfile>.dockerignore` where there is one, as
 * `docker build` does: the engine itself would build with all that it is sent.
 * Format: https://docs.docker.com/build/concepts/context/#dockerignore-files
 * @param folder the context of the build, which is ours to change
 * @param dockerfile relative to it; it stays, ignored or not
 */
export async function dropIgnored(folder: string, dockerfile: string): Promise<void> {
  const rules =
    (await textOf(join(folder, `${dockerfile}.dockerignore`))) ??
    (await textOf(join(folder, '.dockerignore')));
  if (rules === null) return;
  const ignored = ignore.default().add(rules);
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const kept = dockerfile.replace(/^\.\//, '');
  for (const entry of found) {
    if (entry.isDirectory()) continue;
    const path = relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/');
    if (path !== kept && ignored.ignores(path)) await rm(join(folder, path));
  }
}

const textOf = async (file: string): Promise<string | null> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};
