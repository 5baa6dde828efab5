import { below, type Folder } from './folder.ts';
import type { FoundService, NotCarried } from './found.ts';

/** How a project installs what it depends on, by its lock file; npm where there is none. */
export type Manager = 'npm' | 'pnpm' | 'yarn' | 'bun';

const locks: Readonly<Record<string, Manager>> = {
  'package-lock.json': 'npm',
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
};

export const managerOf = ({ names }: Folder): Manager =>
  Object.entries(locks).find(([name]) => names.has(name))?.[1] ?? 'npm';

/** The line that adds packages for development. */
export const addLine = (manager: Manager, packages: readonly string[]): string =>
  ({
    npm: `npm install --save-dev ${packages.join(' ')}`,
    pnpm: `pnpm add --save-dev ${packages.join(' ')}`,
    yarn: `yarn add --dev ${packages.join(' ')}`,
    bun: `bun add --dev ${packages.join(' ')}`,
  })[manager];

/**
 * What is not installed on this machine, where Conductor installs for the project's own folder and its workspaces: what a folder asks for that
 * is none of them.
 * @param members folders that are its workspaces
 */
export function notInstalled(
  folders: readonly Folder[],
  services: readonly Pick<FoundService, 'root'>[],
  members: ReadonlySet<string>,
): NotCarried[] {
  const apart = folders.filter(
    ({ path, names }) =>
      path !== '.' &&
      !members.has(path) &&
      names.has('package.json') &&
      services.some(({ root }) => root === path),
  );
  if (apart.length === 0) return [];
  return [
    {
      what: `what ${apart.map((folder) => below(folder, 'package.json')).join(' and ')} ${apart.length > 1 ? 'ask' : 'asks'} for`,
      why: `on this machine Conductor installs for a project and its workspaces: name ${apart.map(({ path }) => `"${path}"`).join(', ')} in "workspaces" of a package.json beside the config, and run \`npm install\` there.`,
    },
  ];
}
