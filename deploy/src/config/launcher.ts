import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How files that are written call Conductor in a project: by the launcher that lies in it, else as npm has installed it there. Without `--no`
 * npx would fetch whatever npm has under the command's name where it is not installed, which is another library.
 */
export const launcherOf = (root: string): string =>
  existsSync(join(root, 'conductor')) ? './conductor' : 'npx --no conductor';
