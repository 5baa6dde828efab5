import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalPaths } from '../paths.ts';
import { allModulesOf } from './release-folder.ts';

/**
 * Removes what no release needs any more: all releases but the newest `keep` and those in use, their logs, and the modules and
 * build outputs that no kept release was made with.
 * @param inUse versions, among them those of which something runs.
 */
export async function prune(paths: LocalPaths, keep: number, inUse: ReadonlySet<string>): Promise<void> {
  const versions = (await readdir(paths.releases)).filter((name) => !name.startsWith('.')).toSorted();
  const kept = new Set([...versions.slice(-keep), ...inUse]);
  const modules = new Set<string>();
  for (const version of versions) {
    const folder = join(paths.releases, version);
    if (kept.has(version)) for (const name of await allModulesOf(folder)) modules.add(name);
    else await rm(folder, { recursive: true, force: true });
  }
  for (const name of await readdir(paths.modules)) {
    if (!modules.has(name)) await rm(join(paths.modules, name), { recursive: true, force: true });
  }
  for (const log of await readdir(paths.logs)) {
    const version = /@(v[^.]+)\.log/.exec(log)?.[1];
    if (version !== undefined && !kept.has(version)) await rm(join(paths.logs, log), { force: true });
  }
  await pruneOutputs(paths, keep);
}

/** Outputs can be made again, so the newest few are enough. */
async function pruneOutputs({ builds }: LocalPaths, keep: number): Promise<void> {
  const dated = await Promise.all(
    (await readdir(builds)).map(async (name) => ({ name, made: (await stat(join(builds, name))).mtimeMs })),
  );
  for (const { name } of dated.toSorted((a, b) => b.made - a.made).slice(2 * keep)) {
    if (existsSync(join(builds, name))) await rm(join(builds, name), { recursive: true, force: true });
  }
}
