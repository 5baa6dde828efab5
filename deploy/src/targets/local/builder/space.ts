import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConductorError, exitCode } from '../../../errors.ts';

const mebibyte = 1024 * 1024;
/** Bytes that a release, the logs and the stores' growth need at least; and one whose dependencies have to be installed. */
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

export function noSpace(folder: string, free: number, needed: number): ConductorError {
  return new ConductorError({
    code: 'local.no-space',
    message: `The disk with ${folder} has ${inMebibytes(free)} free, and a deploy needs ${inMebibytes(needed)}.`,
    hint: 'Make room on the disk and run the command again.',
    exit: exitCode.checksFailed,
  });
}

/** The disk was filled while a release was built, by whomever. What was built of it is removed again. */
export function becameFull(folder: string, free: number, cause: unknown): ConductorError {
  return new ConductorError({
    code: 'local.no-space',
    message: `The disk with ${folder} became full while the release was built; now ${inMebibytes(free)} are free.`,
    hint: 'Make room on the disk and run the command again.',
    exit: exitCode.deployFailed,
    cause,
  });
}

const inMebibytes = (bytes: number) => `${Math.floor(bytes / mebibyte)} MiB`;
