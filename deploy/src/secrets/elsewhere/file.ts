import { open, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { Reading } from './elsewhere.ts';
import { NotRead } from './not-read.ts';
import { longestSecret } from './program.ts';

/** Who else may read a file. */
const others = 0o044;

/**
 * What a file holds. One that others on this machine may read is read all the same, as files that a platform mounts are, and that is noted.
 */
export async function readFileSecret(
  { path }: { readonly path: string },
  { address, root, note }: Reading,
): Promise<string> {
  const file = resolve(root, path);
  const failed = (why: string, hint: string, cause?: unknown) =>
    new NotRead(address, 'not-read', why, hint, cause);
  try {
    const real = await realpath(file);
    if (!isAbsolute(path) && isOutside(await realpath(root), real))
      throw failed('it leads out of the project', `Name the file itself: file:${real}`);
    const handle = await open(real, 'r');
    try {
      const { mode, size } = await handle.stat();
      const isFile = (await handle.stat()).isFile();
      if (!isFile) throw failed('it is no file', `Put the secret into a file: ${join(path, 'value')}`);
      if (size > longestSecret) throw failed('it is longer than 64 KiB', 'Is that the right file?');
      if ((mode & others) !== 0)
        note(`${address} can be read by others on this machine. Close it: chmod 600 ${path}`);
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof NotRead) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw failed('there is no such file', `Write the secret into ${path}.`);
    if (code === 'EACCES' || code === 'EPERM')
      throw new NotRead(
        address,
        'not-authorised',
        'you may not read that file',
        `See who may: ls -l ${path}`,
      );
    throw failed(`the file cannot be read (${code ?? 'unknown'})`, `See what it is: ls -l ${path}`, error);
  }
}

const isOutside = (root: string, file: string): boolean => {
  const way = relative(root, file);
  return way.startsWith('..') || isAbsolute(way);
};
