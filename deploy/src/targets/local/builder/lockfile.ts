import { join } from 'node:path';
import { z } from 'zod';
import { textIfThere } from '../../../text/if-there.ts';

/** What we read of `package-lock.json` (version 2 and 3): https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
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
  /** Folders of the workspaces. */
  readonly workspaces: readonly string[];
  /** Places of the packages that are installed: `node_modules/zod`. */
  readonly installed: readonly string[];
  /** Names of the packages that a workspace asks for. */
  needs(workspace: string): readonly string[];
}

/** Reads the lock file of a project; null where it has none, so has no dependencies. */
export async function readLockfile(root: string): Promise<Lockfile | null> {
  const text = await textIfThere(join(root, 'package-lock.json'));
  if (text === undefined) return null;
  const { packages } = lockSchema.parse(JSON.parse(text));
  const links = new Map(
    Object.entries(packages).flatMap(([path, { link, resolved }]) =>
      link && resolved !== undefined ? [[path, resolved] as const] : [],
    ),
  );
  return {
    text,
    links,
    workspaces: [...new Set(links.values())],
    installed: Object.keys(packages).filter((path) => path.includes('node_modules/') && !links.has(path)),
    needs: (workspace) =>
      Object.keys({ ...packages[workspace]?.dependencies, ...packages[workspace]?.devDependencies }),
  };
}
