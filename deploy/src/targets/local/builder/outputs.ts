import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, readFile, readlink, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Service } from '../../../model/service.ts';
import { copyFiles, filesBelow } from '../../source-files.ts';
import type { Lockfile } from './lockfile.ts';
import { run } from './run.ts';

interface OutputsOptions {
  /** Folder of the release. */
  readonly folder: string;
  /** Folder of all kept outputs. */
  readonly kept: string;
  readonly lockfile: Lockfile | null;
  /** Name of the dependencies that the build runs with. */
  readonly modules: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: string;
  readonly running: string;
  readonly signal: AbortSignal;
}

/** Runs the build command of a service, or takes its outputs from an earlier build of the same inputs. True when it ran. */
export async function build(
  service: Service,
  command: readonly string[],
  options: OutputsOptions,
): Promise<boolean> {
  const { folder, kept, env, log, running, signal } = options;
  const place = join(kept, await inputsKey(service, command, options));
  if (existsSync(place)) {
    await copyFiles(place, folder, await filesBelow(place));
    return false;
  }
  const before = await snapshot(folder);
  await run(command, { cwd: join(folder, service.root), env, log, running, signal });
  const after = await snapshot(folder);
  const made = [...after].filter(([file, look]) => before.get(file) !== look).map(([file]) => file);
  const draft = join(kept, `.making-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(draft, { recursive: true });
    await copyFiles(folder, draft, made);
    await rename(draft, place);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return true;
}

/** Equal when a build would give the same: same command, dependencies, and source of every folder that it concerns. */
async function inputsKey(
  service: Service,
  command: readonly string[],
  options: OutputsOptions,
): Promise<string> {
  const { folder, modules, lockfile } = options;
  const hash = createHash('sha256').update(JSON.stringify([service.root, command, modules]));
  for (const input of inputFolders(service, command, lockfile)) {
    for (const file of await filesBelow(join(folder, input))) {
      const path = join(folder, input, file);
      const content = (await lstat(path)).isSymbolicLink() ? await readlink(path) : await readFile(path);
      hash.update(`\0${join(input, file)}\0`).update(createHash('sha256').update(content).digest());
    }
  }
  return hash.digest('hex').slice(0, 20);
}

/**
 * Folders that a build reads: the workspace that it is for, and the workspaces that this one depends on; without workspaces,
 * the service's own folder.
 */
export function inputFolders(
  { root }: Pick<Service, 'root'>,
  command: readonly string[],
  lockfile: Lockfile | null,
): string[] {
  const named = command.flatMap((word, i) => {
    if (word === '-w' || word === '--workspace') return command[i + 1] ?? [];
    return word.startsWith('--workspace=') ? word.slice('--workspace='.length) : [];
  });
  const folderOf = (name: string) => lockfile?.links.get(`node_modules/${name}`);
  const found = new Set<string>();
  const add = (folder: string) => {
    if (found.has(folder)) return;
    found.add(folder);
    for (const need of lockfile?.needs(folder) ?? []) {
      const other = folderOf(need);
      if (other !== undefined) add(other);
    }
  };
  for (const name of named) add(folderOf(name) ?? name);
  if (found.size === 0) add(root);
  return [...found].toSorted();
}

/** How each file below a folder looks, without reading it. */
async function snapshot(folder: string): Promise<Map<string, string>> {
  const files = await filesBelow(folder);
  return new Map(
    await Promise.all(
      files.map(async (file) => {
        const { ino, size, mtimeMs } = await lstat(join(folder, file));
        return [file, `${ino} ${size} ${mtimeMs}`] as const;
      }),
    ),
  );
}
