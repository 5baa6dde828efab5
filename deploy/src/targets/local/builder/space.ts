import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConductorError, exitCode } from '../../../errors.ts';

const mebibyte = 1024 * 1024;
/** Bytes that a release, the logs and the stores' growth need at least; and a fresh installation of dependencies. */
export const releaseNeeds = 256 * mebibyte;
export const installNeeds = 1024 * mebibyte;

/** Bytes that this user can still write where `folder` is, or will be. */
export async function freeSpace(folder: string): Promise<number> {
  let there = folder;
  while (!existsSync(there)) there = dirname(there);
  const { bavail, bsize } = await statfs(there);
  return bavail * bsize;
}

/** @throws {ConductorError} `local.no-space`, when less than `needed` bytes are free. */
export async function requireSpace(folder: string, needed: number): Promise<void> {
  const free = await freeSpace(folder);
  if (free < needed) throw noSpace(folder, free, needed);
}

export function noSpace(folder: string, free: number, needed: number, cause?: unknown): ConductorError {
  return new ConductorError({
    code: 'local.no-space',
    message: `The disk with ${folder} has ${inMebibytes(free)} free, and a deploy needs ${inMebibytes(needed)}.`,
    hint: 'Make room on the disk; nothing was changed.',
    exit: exitCode.checksFailed,
    cause,
  });
}

/** An error that says that the disk (or this user's part of it) is full. */
export const isFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException)?.code ?? '') ||
  (error instanceof Error && /ENOSPC|No space left on device/.test(error.message));

const inMebibytes = (bytes: number) => `${Math.floor(bytes / mebibyte)} MiB`;
