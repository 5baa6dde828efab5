import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ownFolder } from '../model/own-folder.ts';
import { writePrivateFile } from '../secrets/private-file.ts';

/**
 * Has git pass over Conductor's own folder in a project, whatever the project's `.gitignore` says: it holds keys and databases, which
 * `git add` must not take. Where that cannot be written (a full disk, say), what needs the folder next says so.
 */
export async function hideOwnFolder(root: string): Promise<void> {
  const file = join(root, ownFolder, '.gitignore');
  if (!existsSync(file)) await writePrivateFile(file, '*\n').catch(() => {});
}
