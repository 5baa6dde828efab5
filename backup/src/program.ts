import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the package that `file` belongs to: the nearest one above it with a `package.json`. */
export function packageOf(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`No package.json above ${file}`);
  }
}

/**
 * Where a program of a package is that runs as a process or thread of its own: `src/<name>.ts` in the repository, `dist/<name>.js` in what
 * npm installs (`packaging/` builds each by its name).
 * @param from file of the module that asks, `import.meta.filename`: it says which package, and which of the two
 */
export const programOf = (from: string, name: string): string =>
  from.endsWith('.ts')
    ? join(packageOf(from), 'src', `${name}.ts`)
    : join(packageOf(from), 'dist', `${name}.js`);
