import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { z } from 'zod';
import { ConductorError, exitCode } from '../../../errors.ts';
import { cleanEnvironment, forCommands } from '../../../model/clean-environment.ts';
import type { Release } from '../../../model/release.ts';
import type { Service } from '../../../model/service.ts';
import { isDiskFull } from '../../../text/disk-full.ts';
import { exportSource } from '../../source.ts';
import type { Progress } from '../../target.ts';
import { logPath } from '../host/log-file.ts';
import type { LocalPaths } from '../paths.ts';
import { foldersApart, installApart, installDependencies } from './dependencies.ts';
import { endLeftRunning } from './left-running.ts';
import { readLockfile } from './lockfile.ts';
import { build } from './outputs.ts';
import { CommandFailed } from './run.ts';
import { becameFull, freeSpace, releaseNeeds, requireSpace } from './space.ts';

/** Kept in each release's folder: what belongs to it beyond the folder. */
const noteName = '.conductor-release.json';
const noteSchema = z.object({ modules: z.string().nullable(), apart: z.array(z.string()).default([]) });

/** A release that is ready to run. */
export interface BuiltRelease {
  readonly folder: string;
  /** Name of its shared modules; null when it has no dependencies. */
  readonly modules: string | null;
}

/** The service whose build failed. */
export class BuildFailed extends Error {
  readonly service: string;
  /** The last lines of the command that failed. */
  readonly lines: readonly string[];

  constructor(service: string, cause: Error) {
    super(`the build failed: ${cause.message}`, { cause });
    this.name = 'BuildFailed';
    this.service = service;
    this.lines = cause instanceof CommandFailed ? cause.lines : [];
  }
}

interface BuildOptions {
  /** The release has served before. */
  readonly proven: boolean;
  readonly signal: AbortSignal;
  /** Variables of this machine that the commands get besides the usual ones. */
  readonly pass?: readonly string[] | undefined;
}

/**
 * Builds a release into a folder of its own, unless it is there already. A killed build leaves nothing that would be taken for
 * a release, and the next one clears it away.
 * @throws {BuildFailed} when a service's build does; {ConductorError} `local.no-space`, `local.source`, `local.release-gone`.
 */
export async function* buildRelease(
  paths: LocalPaths,
  release: Release,
  services: readonly Service[],
  { proven, signal, pass = [] }: BuildOptions,
): AsyncGenerator<Progress, BuiltRelease> {
  const folder = join(paths.releases, release.version);
  if (existsSync(folder)) return { folder, modules: await modulesOf(folder) };
  if (release.dirty && proven) throw releaseGone(release);
  await clearDrafts(paths);
  await requireSpace(paths.base, releaseNeeds);

  const draft = join(paths.releases, `.making-${release.version}`);
  const log = logPath(paths.logs, 'build', release.version);
  try {
    const commit = release.dirty ? null : release.commit;
    const from = commit === null ? 'the working tree' : `commit ${commit.slice(0, 10)}`;
    yield { service: null, state: 'building', detail: `source from ${from}` };
    await mkdir(draft, { recursive: true, mode: 0o700 });
    await exportSource(paths.root, commit, draft);
    signal.throwIfAborted();

    const lockfile = await readLockfile(draft);
    const own = cleanEnvironment([...forCommands, ...pass]);
    const options = { paths, release: draft, env: own, log, signal };
    const modules = yield* installDependencies('.', lockfile, options);
    const apart = yield* installApart(foldersApart(services, draft, lockfile), options);

    for (const service of services) {
      if (service.build === undefined) continue;
      yield { service: service.name, state: 'building', detail: service.build.join(' ') };
      const serviceLog = logPath(paths.logs, service.name, release.version);
      const bins = new Set(
        [join(draft, service.root), draft].map((each) => join(each, 'node_modules', '.bin')),
      );
      const path = [...bins, dirname(process.execPath), process.env.PATH].join(delimiter);
      try {
        const ran = await build(service, service.build, {
          folder: draft,
          kept: paths.builds,
          lockfile,
          modules: [modules ?? '', ...apart].join(' ').trim(),
          env: { ...own, PATH: path, CI: '1' },
          log: serviceLog,
          running: paths.running,
          signal,
        });
        const detail = ran ? 'built' : 'unchanged since an earlier build';
        yield { service: service.name, state: 'building', detail };
      } catch (error) {
        if (signal.aborted || isDiskFull(error) || !(error instanceof Error)) throw error;
        throw new BuildFailed(service.name, error);
      }
    }
    assertFiles(draft, services);
    await writeFile(join(draft, noteName), JSON.stringify({ modules, apart }));
    await rename(draft, folder);
    return { folder, modules };
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (isDiskFull(error)) throw becameFull(paths.base, await freeSpace(paths.base), error);
    throw error;
  }
}

/** @throws {BuildFailed} for a service whose folder of files is not there by now. */
function assertFiles(draft: string, services: readonly Service[]): void {
  for (const { name, root, static: files, build: command } of services) {
    if (files === undefined || existsSync(join(draft, root, files.folder))) continue;
    const made = command ? `after ${command.join(' ')}` : 'in the source; is there a `build` to make it?';
    throw new BuildFailed(name, new Error(`there is no folder ${join(root, files.folder)} ${made}`));
  }
}

const noteOf = async (folder: string) =>
  noteSchema.parse(JSON.parse(await readFile(join(folder, noteName), 'utf8')));

/** Name of the shared modules of a built release's own folder. */
export const modulesOf = async (folder: string): Promise<string | null> => (await noteOf(folder)).modules;

/** Names of all shared modules that a built release uses. */
export async function allModulesOf(folder: string): Promise<string[]> {
  const { modules, apart } = await noteOf(folder);
  return modules === null ? apart : [modules, ...apart];
}

/** Ends and removes what killed builds have left. One environment is changed by one command at a time, so none of it is in use. */
export async function clearDrafts({ releases, modules, builds, running }: LocalPaths): Promise<void> {
  await endLeftRunning(running);
  for (const folder of [releases, modules, builds]) {
    for (const name of await readdir(folder)) {
      if (name.startsWith('.making-')) await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

const releaseGone = ({ version }: Release) =>
  new ConductorError({
    code: 'local.release-gone',
    message: `${version} was built from a working tree with changes that no commit has, and is not kept on this machine any more.`,
    hint: 'Go back to another release.',
    exit: exitCode.checksFailed,
  });
