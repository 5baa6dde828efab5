import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { ConductorError, exitCode } from '../../errors.ts';
import { cleanEnvironment } from '../../model/clean-environment.ts';
import type { Store } from '../../model/store.ts';
import type { StoreSpec } from './host/protocol.ts';

const execute = promisify(execFile);

/** First of these programs on the PATH; null when none is. */
export function findProgram(names: readonly string[], path = process.env.PATH ?? ''): string | null {
  for (const name of names) {
    for (const folder of path.split(delimiter).filter((each) => each !== '')) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch (error) {
        if (!['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
          throw error;
      }
    }
  }
  return null;
}

/** `embedded-mongo` as the first of these folders has it installed; null when none does. */
export function findEmbedded(folders: readonly string[]): string | null {
  const found = folders.map((each) => join(each, 'node_modules', 'embedded-mongo')).find(existsSync);
  return found === undefined ? null : realpathSync(found);
}

export const findMongod = (): string | null => findProgram(['mongod']);

export const noMongo = (): ConductorError =>
  new ConductorError({
    code: 'local.no-mongodb',
    message: 'There is no mongod on the PATH, and the project has no embedded-mongo.',
    hint: 'Install one of the two (npm install --save-dev embedded-mongo), or give the store a url.',
    exit: exitCode.checksFailed,
  });

const redisNames = ['redis-server', 'valkey-server'];
export const findRedis = (): string | null => findProgram(redisNames);

/** How apt-get can be run without asking for a password; null when it cannot. */
export async function aptGet(): Promise<readonly string[] | null> {
  const program = findProgram(['apt-get']);
  if (program === null) return null;
  if (process.getuid?.() === 0) return [program];
  const sudo = findProgram(['sudo']);
  if (sudo === null) return null;
  try {
    await execute(sudo, ['-n', 'true'], { env: cleanEnvironment() });
    return [sudo, '-n', program];
  } catch {
    // It wants a password, or does not allow it.
    return null;
  }
}

export const noRedis = (cause?: unknown): ConductorError =>
  new ConductorError({
    code: 'local.no-redis',
    message:
      'Neither redis-server nor valkey-server is on the PATH, and it cannot be installed without a password.',
    hint: 'Install it: sudo apt-get install redis-server (Debian, Ubuntu), brew install redis (macOS); or give the store a url.',
    exit: exitCode.checksFailed,
    cause,
  });

/** Installs Redis where that is possible without a password. Answers with its path. */
async function installRedis(): Promise<string> {
  const apt = await aptGet();
  if (apt === null) throw noRedis();
  const [program = '', ...args] = apt;
  const env = { ...cleanEnvironment(), DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await execute(program, [...args, 'update', '-q'], { env });
    await execute(program, [...args, 'install', '-q', '-y', '--no-install-recommends', 'redis-server'], {
      env,
    });
  } catch (error) {
    throw noRedis(error);
  }
  const found = findRedis();
  if (found === null) throw noRedis();
  return found;
}

/** Says what runs each store of a release: an outside server, a program of this machine, or embedded-mongo of the release or the project. */
export async function storePrograms(
  stores: readonly Store[],
  release: string,
  root: string,
  node: string,
  say: (detail: string) => void,
): Promise<StoreSpec[]> {
  const specs: StoreSpec[] = [];
  for (const { name, kind, url } of stores) {
    if (url !== undefined) specs.push({ provider: 'external', name, kind, url });
    else if (kind === 'redis') specs.push(await redisProgram(name, say));
    else specs.push(await mongoProgram(name, [release, root], node));
  }
  return specs;
}

async function redisProgram(name: string, say: (detail: string) => void): Promise<StoreSpec> {
  let binary = findRedis();
  if (binary === null) {
    say('installing redis-server with apt-get');
    binary = await installRedis();
  }
  return { provider: 'redis', name, kind: 'redis', binary, label: await versionOf(binary) };
}

async function mongoProgram(name: string, folders: readonly string[], node: string): Promise<StoreSpec> {
  const binary = findMongod();
  if (binary !== null)
    return { provider: 'mongod', name, kind: 'mongodb', binary, label: await versionOf(binary) };
  const folder = findEmbedded(folders);
  if (folder === null) throw noMongo();
  const entry = join(folder, commandOf(folder));
  const { stdout: usage } = await execute(node, [entry, '--help'], { env: cleanEnvironment() });
  return {
    provider: 'embedded',
    name,
    kind: 'mongodb',
    node,
    entry,
    credentials: usage.includes('--credentials'),
    oplog: usage.includes('--oplog'),
    label: 'embedded-mongo',
  };
}

/** The program of a package, as its `bin` says. */
function commandOf(folder: string): string {
  const manifest = z
    .object({ bin: z.union([z.string(), z.record(z.string(), z.string())]).optional() })
    .parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  const { bin } = manifest;
  return (typeof bin === 'string' ? bin : Object.values(bin ?? {})[0]) ?? 'src/main.ts';
}

/** "redis-server 7.0.15": the program's name and the first version number that it says. */
async function versionOf(binary: string): Promise<string> {
  const { stdout } = await execute(binary, ['--version'], { env: cleanEnvironment() });
  const name = binary.slice(binary.lastIndexOf('/') + 1);
  return `${name} ${/\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? ''}`.trim();
}
