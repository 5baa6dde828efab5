import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Service } from '../../../model/service.ts';
import type { Progress } from '../../target.ts';
import type { LocalPaths } from '../paths.ts';
import { goesOn } from './goes-on.ts';
import { type Lockfile, readLockfile } from './lockfile.ts';
import { otherManager } from './manager.ts';
import { countInstalled, linkModules, modulesDraft, mustInstall, shareModules } from './modules.ts';
import { run } from './run.ts';
import { installNeeds, requireSpace } from './space.ts';

interface DependenciesOptions {
  readonly paths: LocalPaths;
  /** The release's folder. */
  readonly release: string;
  /** What package managers, and so the install scripts of packages, get. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: string;
  readonly signal: AbortSignal;
}

/**
 * Folders of services that are no workspaces of the project and have a `package.json` of their own: `backend` and `frontend` beside one
 * another, say.
 */
export function foldersApart(
  services: readonly Pick<Service, 'root'>[],
  release: string,
  lockfile: Lockfile | null,
): string[] {
  const roots = new Set(services.map(({ root }) => root).filter((root) => root !== '.'));
  return [...roots].filter(
    (root) => !lockfile?.workspaces.includes(root) && existsSync(join(release, root, 'package.json')),
  );
}

/**
 * Gives a folder of a release what its own lock file asks for.
 * @param folder relative to the project
 * @returns the name of the shared modules that it got; null where it has none of npm's
 */
export async function* installDependencies(
  folder: string,
  lockfile: Lockfile | null,
  { paths, release, env, log, signal }: DependenciesOptions,
): AsyncGenerator<Progress, string | null> {
  const { modules: shared, running } = paths;
  const source = join(release, folder);
  const root = join(paths.root, folder);
  const place = folder === '.' ? '' : ` of ${folder}`;
  const tell = (detail: string): Progress => ({ service: null, state: 'building', detail });
  if (lockfile === null) {
    const other = await otherManager(source);
    if (other === null) return null;
    yield tell(`dependencies${place}: ${other.command.join(' ')} (${other.name})`);
    const installed = run(other.command, { cwd: source, env, log, running, signal });
    yield* goesOn(installed, async () => tell(`${other.name} installs the dependencies${place}`));
    return null;
  }
  const options = { source, root, shared, lockfile, env, log, running, signal };
  const install = await mustInstall(options);
  if (install) await requireSpace(paths.base, installNeeds);
  const into = modulesDraft(shared);
  yield tell(install ? `dependencies${place}: npm ci${onFirstUse(lockfile)}` : `dependencies${place}`);
  const modules = yield* goesOn(shareModules(options, into), async () =>
    tell(install ? `npm ci: ${await countInstalled(into, lockfile)}` : `dependencies${place}`),
  );
  await linkModules(source, join(shared, modules), root, lockfile);
  return modules;
}

const onFirstUse = ({ installed }: Lockfile) =>
  ` of ${installed.length} packages, which this machine does not have yet; later releases with the same lock file share them`;

/** Dependencies of each folder apart. Answers with the names of the shared modules that they got. */
export async function* installApart(
  folders: readonly string[],
  options: DependenciesOptions,
): AsyncGenerator<Progress, string[]> {
  const all: string[] = [];
  for (const folder of folders) {
    const lockfile = await readLockfile(join(options.release, folder));
    const modules = yield* installDependencies(folder, lockfile, options);
    if (modules !== null) all.push(modules);
  }
  return all;
}
