import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { indexFile } from '../installed.ts';

/** What a config imports from. */
const ownName = 'conductor-deploy';
let registered = false;

/**
 * Has a config that imports from `conductor-deploy` find the Conductor that runs, where the project has none of its own: one in Python or Go has
 * no `node_modules`.
 */
export function resolveOwnName(): void {
  if (registered) return;
  registered = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== ownName) return next(specifier, context);
      try {
        return next(specifier, context);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
        return next(pathToFileURL(indexFile).href, context);
      }
    },
  });
}
