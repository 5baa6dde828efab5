import { join } from 'node:path';
import { z } from 'zod';
import { textIfThere } from '../../../text/if-there.ts';

/** What we read of `package-lock.json` (version 2 and 3): https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      optional: z.boolean().optional(),
      link: z.boolean().optional(),
      resolved: z.string().optional(),
      name: z.string().optional(),
      dependencies: z.record(z.string(), z.string()).optional(),
      devDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

/** The dependencies of a project as its lock file fixes them. */
export interface Lockfile {
  /** Its bytes, for a hash. */
  readonly text: string;
  /** Workspace folder by the place in `node_modules` that links to it: `node_modules/conductor-deploy` → `deploy`. */
  readonly links: ReadonlyMap<string, string>;
  /** The same for folders outside of the project (`npm install ../library`), which are in no release: relative to the project. */
  readonly outside: ReadonlyMap<string, string>;
  /** Folders of the workspaces. */
  readonly workspaces: readonly string[];
  /** Places of the packages that are installed: `node_modules/zod`. */
  readonly installed: readonly string[];
  /** Names of the packages that a workspace asks for. */
  needs(workspace: string): readonly string[];
  /** Whether that is what `node_modules` holds, by npm's own note of what it has installed (`node_modules/.package-lock.json`). */
  isInstalled(note: string): boolean;
}

/** Reads the lock file of a project; null where it has none, so has no dependencies. */
export async function readLockfile(root: string): Promise<Lockfile | null> {
  const text = await textIfThere(join(root, 'package-lock.json'));
  if (text === undefined) return null;
  const { packages } = lockSchema.parse(JSON.parse(text));
  const all = Object.entries(packages).flatMap(([path, { link, resolved }]) =>
    link && resolved !== undefined ? [[path, resolved] as const] : [],
  );
  const isOutside = ([, folder]: readonly [string, string]) => folder.startsWith('..');
  const links = new Map(all.filter((each) => !isOutside(each)));
  const outside = new Map(all.filter(isOutside));
  return {
    text,
    links,
    outside,
    workspaces: [...new Set(links.values())],
    installed: Object.keys(packages).filter(
      (path) => path.includes('node_modules/') && !links.has(path) && !outside.has(path),
    ),
    needs: (workspace) =>
      Object.keys({ ...packages[workspace]?.dependencies, ...packages[workspace]?.devDependencies }),
    isInstalled: (note) => same(packages, lockSchema.parse(JSON.parse(note)).packages),
  };
}

type Packages = z.output<typeof lockSchema>['packages'];

/** Every package that is wanted is there as it is wanted, but for optional ones of other platforms, and no other one. */
function same(wanted: Packages, there: Packages): boolean {
  const places = Object.keys(wanted).filter((path) => path.includes('node_modules/'));
  return (
    Object.keys(there).every((path) => !path.includes('node_modules/') || path in wanted) &&
    places.every((path) => {
      const [want, is] = [wanted[path]!, there[path]];
      if (is === undefined) return want.optional === true;
      return is.version === want.version && is.integrity === want.integrity && is.link === want.link;
    })
  );
}
