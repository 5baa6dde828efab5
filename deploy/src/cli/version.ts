import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageOf } from 'conductor-backup/program';
import { git } from '../environment/git.ts';

/** Which Conductor this is. */
export interface Version {
  readonly version: string;
  /** Full commit id of its own code; null where that is not in a git repository. */
  readonly commit: string | null;
}

/** Folder of the package; tests name others. */
const own = packageOf(import.meta.filename);

/** Reads it from the package in `folder`. A repository that Conductor is only installed in, and not part of, says nothing. */
export async function versionOf(folder = own): Promise<Version> {
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const commit = await git(folder, 'ls-files', '--error-unmatch', 'package.json')
    .then(() => git(folder, 'rev-parse', '--verify', 'HEAD'))
    .catch(() => null);
  return { version, commit };
}
