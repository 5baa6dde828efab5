// Plain JavaScript: Node reads TypeScript anew, for as long as all the rest of a command's start, until its cache is enabled.
import { enableCompileCache, registerHooks } from 'node:module';
import { join } from 'node:path';

// Reading the code is most of what a short command does: what Node has compiled is kept beside what was installed. A folder that
// cannot be written, or is of another version, only costs the time.
enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/conductor'));
// zod brings its messages along in sixty languages, which is half of what it loads; Conductor speaks one, which zod has besides.
registerHooks({
  resolve: (name, context, next) =>
    name === '../locales/index.js' && context.parentURL?.includes('/zod/v4/')
      ? { url: 'data:text/javascript,', shortCircuit: true }
      : next(name, context),
});
await import('./cli/main.ts');
