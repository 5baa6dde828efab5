import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConductorError, exitCode } from '../../errors.ts';

/** Where the local target keeps everything of one environment: below its state folder, which only its owner can read. */
export interface LocalPaths {
  /** The project: where releases are built from. */
  readonly root: string;
  readonly base: string;
  /** One folder per release, named by its version. */
  readonly releases: string;
  /** Shared `node_modules`, one folder per set of dependencies. */
  readonly modules: string;
  /** Outputs of build commands, one folder per content of their inputs. */
  readonly builds: string;
  /** The port that was asked for last, until a release serves. */
  readonly port: string;
  /** Which command of a build runs. */
  readonly running: string;
  readonly logs: string;
  /** Pipes through which processes write to their logs. */
  readonly pipes: string;
  /** Data of the stores. Survives everything but the owner. */
  readonly stores: string;
  readonly cache: string;
  /** What the host owns, so that a restarted host finds it again. Holds settings: 0600. */
  readonly state: string;
  /** Who the host is and where it listens. */
  readonly hostFile: string;
  /** Who the host's keeper is. */
  readonly keeperFile: string;
  /** Held by the host (or keeper) for as long as it lives; the kernel lets go of it. */
  readonly hostLock: string;
  readonly keeperLock: string;
  /** Whether visitors are kept out: 0600. */
  readonly maintenance: string;
  /** How often everything was ended. */
  readonly stops: string;
}

export function localPaths(root: string, base: string): LocalPaths {
  return {
    root,
    base,
    releases: join(base, 'releases'),
    modules: join(base, 'modules'),
    builds: join(base, 'builds'),
    port: join(base, 'port.json'),
    running: join(base, 'build.json'),
    logs: join(base, 'logs'),
    pipes: join(base, 'pipes'),
    stores: join(base, 'stores'),
    cache: join(base, 'cache'),
    state: join(base, 'state.json'),
    hostFile: join(base, 'host.json'),
    keeperFile: join(base, 'keeper.json'),
    hostLock: join(base, 'host.lock'),
    keeperLock: join(base, 'keeper.lock'),
    maintenance: join(base, 'maintenance.json'),
    stops: join(base, 'stops.json'),
  };
}

/** Makes the folders that everything else expects, closed to other users. */
export function prepareFolders(paths: LocalPaths): void {
  mkdirSync(paths.base, { recursive: true, mode: 0o700 });
  chmodSync(paths.base, 0o700);
  const { releases, modules, builds, logs, pipes, stores, cache } = paths;
  for (const folder of [releases, modules, builds, logs, pipes, stores, cache]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
}

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, the closing zero included. */
const longestSocketPath = 100;

/**
 * Path of the host's control socket. It cannot lie in the project, whose path may be longer than a socket's may be, so it
 * lies in a folder of this user's, which must be theirs alone: whoever opens the socket can run commands as them.
 */
export function controlSocket(base: string, env: NodeJS.ProcessEnv = process.env): string {
  const name = `${createHash('sha256').update(base).digest('hex').slice(0, 16)}.sock`;
  const runtime = env.XDG_RUNTIME_DIR;
  const candidates = [
    ...(runtime ? [join(runtime, 'conductor')] : []),
    join(tmpdir(), `conductor-${process.getuid?.() ?? 'user'}`),
  ];
  const folder = candidates.find((candidate) => join(candidate, name).length <= longestSocketPath);
  if (folder === undefined) {
    throw new ConductorError({
      code: 'local.socket-path',
      message: `The path ${join(candidates[0] ?? '', name)} is too long for a socket.`,
      hint: 'Set XDG_RUNTIME_DIR or TMPDIR to a folder with a shorter path.',
      exit: exitCode.checksFailed,
    });
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  const mine = process.getuid === undefined || found.uid === process.getuid();
  if (!found.isDirectory() || !mine || (found.mode & 0o077) !== 0) {
    throw new ConductorError({
      code: 'local.socket-folder',
      message: `The folder ${folder} is not a folder that only you can use.`,
      hint: 'Remove it, or set XDG_RUNTIME_DIR to a folder of your own.',
      exit: exitCode.checksFailed,
    });
  }
  return join(folder, name);
}
