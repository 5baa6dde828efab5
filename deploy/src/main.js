// Plain JavaScript: Node reads TypeScript anew, for as long as all the rest of a command's start, until its cache is enabled.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Reading the code is most of what a short command does: what Node has compiled is kept beside what was installed. A folder that
// cannot be written, or is of another version, only costs the time.
enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/conductor'));
await import('./cli/main.ts');
