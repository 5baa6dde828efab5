import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConductorError, exitCode } from '../../../errors.ts';
import { textIfThere } from '../../../text/if-there.ts';
import { findProgram } from '../store-programs.ts';

/** How the dependencies of a project are installed that has no lock file of npm's. */
export interface OtherManager {
  /** What it is called, for people. */
  readonly name: string;
  readonly command: readonly string[];
}

const frozen: readonly [lock: string, manager: OtherManager][] = [
  ['pnpm-lock.yaml', { name: 'pnpm', command: ['pnpm', 'install', '--frozen-lockfile'] }],
  ['bun.lock', { name: 'bun', command: ['bun', 'install', '--frozen-lockfile'] }],
  ['bun.lockb', { name: 'bun', command: ['bun', 'install', '--frozen-lockfile'] }],
];

const manifestSchema = z.object({
  dependencies: z.record(z.string(), z.unknown()).optional(),
  devDependencies: z.record(z.string(), z.unknown()).optional(),
  workspaces: z.unknown().optional(),
});

/**
 * The package manager whose lock file lies in `folder`; npm without one where dependencies are asked for all the same; null where nothing is.
 * @throws {ConductorError} `local.no-package-manager` when it is not on the PATH
 */
export async function otherManager(folder: string): Promise<OtherManager | null> {
  const found = await managerOf(folder);
  const [program] = found?.command ?? [];
  if (found === null || program === undefined || findProgram([program]) !== null) return found;
  throw new ConductorError({
    code: 'local.no-package-manager',
    message: `The project's lock file is one of ${found.name}, and there is no ${program} on the PATH.`,
    hint: `Install it: npm install --global ${program}`,
    exit: exitCode.checksFailed,
  });
}

async function managerOf(folder: string): Promise<OtherManager | null> {
  for (const [lock, manager] of frozen) if (existsSync(join(folder, lock))) return manager;
  const yarn = await textIfThere(join(folder, 'yarn.lock'));
  if (yarn !== undefined) {
    // The classic one has no such part: https://yarnpkg.com/advanced/lexicon#lockfile
    const option = yarn.includes('__metadata:') ? '--immutable' : '--frozen-lockfile';
    return { name: 'yarn', command: ['yarn', 'install', option] };
  }
  const manifest = await textIfThere(join(folder, 'package.json'));
  if (manifest === undefined) return null;
  const { dependencies, devDependencies, workspaces } = manifestSchema.parse(JSON.parse(manifest));
  const asks = Object.keys({ ...dependencies, ...devDependencies }).length > 0 || workspaces !== undefined;
  if (!asks) return null;
  return { name: 'npm, without a lock file', command: ['npm', 'install', '--no-audit', '--no-fund'] };
}
