#!/usr/bin/env node
// Plain JavaScript that every Node since 20 reads: it says so where this one is too old, and finds or fetches another.
// And Node reads TypeScript anew, for as long as all the rest of a command's start, until its cache is enabled.
import module from 'node:module';
import { join } from 'node:path';

/** The first Node that reads TypeScript (`conductor.config.ts`) as it is. */
const least = [22, 18];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < least[0] || (major === least[0] && minor < least[1])) {
  const { runWithNewerNode } = await import('./newer-node.js');
  process.exitCode = await runWithNewerNode(process.argv[1], process.argv.slice(2), least.join('.'));
} else {
  // What Node has compiled of Conductor is kept beside what was installed; a folder that cannot be written, or is of another version, only
  // costs the time.
  const modules = import.meta.filename.endsWith(join('src', 'main.js')) ? '../../node_modules' : '../..';
  module.enableCompileCache(join(import.meta.dirname, modules, '.cache/conductor'));
  // Node tells whoever runs a command that what the command uses of it is still new, and that the project's package.json has no `type`: nobody
  // at the command can, or has to, do anything about that.
  const { emitWarning } = process;
  process.emitWarning = (warning, options, code, ...rest) => {
    const about = typeof options === 'object' ? options : { type: options, code };
    if (about?.type === 'ExperimentalWarning' || about?.code === 'MODULE_TYPELESS_PACKAGE_JSON') return;
    emitWarning.call(process, warning, options, code, ...rest);
  };
  await import('./cli/main.ts');
}
