import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

interface WriteOptions {
  /** Fail with EEXIST instead of replacing. */
  readonly exclusive?: boolean;
  /** Asked just before the file is put in place, so that nothing written meanwhile is lost; throw to give up. */
  readonly before?: () => Promise<void>;
}

/**
 * Writes a file that only its owner can read (0600), atomically: a reader, or a power cut, finds the old content or the new
 * one and never a part. Makes the folder when it is missing.
 */
export async function writePrivateFile(
  file: string,
  content: string | Uint8Array,
  { exclusive = false, before }: WriteOptions = {},
): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  const temporary = path.join(folder, `.${path.basename(file)}.${randomBytes(6).toString('hex')}`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await before?.();
    // Unlike a rename, a link fails where the name is taken.
    if (exclusive) await link(temporary, file);
    else await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
