import { dirname, join } from 'node:path';
import { packageOf } from 'conductor-backup/program';

/** Where Conductor itself is: the repository's `deploy/`, or `node_modules/conductor-deploy` of a project. */
const folder = packageOf(import.meta.filename);

/** The file that Node runs as the command `conductor`. */
export const commandFile = join(folder, import.meta.filename.endsWith('.ts') ? 'src' : 'dist', 'main.js');

/** What a `conductor.config.ts` imports. */
export const indexFile = import.meta.filename.endsWith('.ts')
  ? join(folder, 'src', 'index.ts')
  : join(folder, 'dist', 'index.js');

/** What Node has compiled of Conductor is kept here by the command (`main.js`), so that the first host of an environment starts as fast. */
export const compileCache = join(
  dirname(folder),
  ...(import.meta.filename.endsWith('.ts') ? ['node_modules'] : []),
  '.cache/conductor',
);
