import type { Folder } from './folder.ts';

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
