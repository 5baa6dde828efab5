import { ConductorError } from '../../errors.ts';
import { portTaken } from '../../gateway/port-taken.ts';
import type { Finding } from '../../model/finding.ts';
import type { Store } from '../../model/store.ts';
import { readLockfile } from './builder/lockfile.ts';
import { otherManager } from './builder/manager.ts';
import { mustInstall } from './builder/modules.ts';
import { freeSpace, installNeeds, noSpace, releaseNeeds } from './builder/space.ts';
import { isFree } from './host/ports.ts';
import type { HostObserved } from './host/protocol.ts';
import { readState } from './host/state.ts';
import type { LocalPaths } from './paths.ts';
import { aptGet, findEmbedded, findMongod, findRedis, noMongo, noRedis } from './store-programs.ts';

/** What a deploy to this machine needs, asked all at once. Changes nothing. */
export async function checkLocal(
  stores: readonly Store[],
  port: number,
  paths: LocalPaths,
  host: HostObserved | null,
  environment: string,
): Promise<Finding[]> {
  const findings = await Promise.all([
    checkPort(port, host),
    checkSpace(paths),
    ...(await checkManager(paths)),
    ...(ofOurs(stores, 'redis') ? [checkRedis()] : []),
    ...(ofOurs(stores, 'mongodb') ? [checkMongo(paths)] : []),
  ]);
  return [...findings, ...withoutPassword(paths, environment)];
}

async function checkPort(port: number, host: HostObserved | null): Promise<Finding> {
  const ours = host?.ports.includes(port) ?? false;
  const free = ours || ((await isFree(port, '127.0.0.1')) && (await isFree(port, '::1')));
  return free
    ? { level: 'ok', title: `Port ${port} is ${ours ? 'ours' : 'free'}` }
    : failure(portTaken(port));
}

/** What the build will ask for, known before it begins. */
async function checkSpace({ base, root, modules }: LocalPaths): Promise<Finding> {
  const lockfile = await readLockfile(root);
  const install = lockfile !== null && (await mustInstall({ shared: modules, source: root, root, lockfile }));
  const needs = install ? installNeeds : releaseNeeds;
  const free = await freeSpace(base);
  return free < needs
    ? failure(noSpace(base, free, needs))
    : { level: 'ok', title: 'There is room on the disk' };
}

/** A package manager that is not here is known before anything is built. */
async function checkManager({ root }: LocalPaths): Promise<Finding[]> {
  if ((await readLockfile(root)) !== null) return [];
  try {
    const other = await otherManager(root);
    return other === null ? [] : [{ level: 'ok', title: `Dependencies are installed by ${other.name}` }];
  } catch (error) {
    if (error instanceof ConductorError) return [failure(error)];
    throw error;
  }
}

const ofOurs = (stores: readonly Store[], wanted: Store['kind']): boolean =>
  stores.some(({ kind, url }) => kind === wanted && url === undefined);

async function checkMongo({ root }: LocalPaths): Promise<Finding> {
  const mongod = findMongod();
  if (mongod !== null) return { level: 'ok', title: `MongoDB is ${mongod}` };
  const lockfile = await readLockfile(root);
  const comes = findEmbedded([root]) !== null || lockfile?.text.includes('"node_modules/embedded-mongo"');
  return comes ? { level: 'ok', title: 'MongoDB is embedded-mongo' } : failure(noMongo());
}

async function checkRedis(): Promise<Finding> {
  const found = findRedis();
  if (found !== null) return { level: 'ok', title: `Redis is ${found}` };
  if ((await aptGet()) !== null) return { level: 'ok', title: 'Redis will be installed with apt-get' };
  return failure(noRedis());
}

/** Stores that run since before there were passwords: their live services know no other way in, so they keep it until they are stopped. */
function withoutPassword({ state }: LocalPaths, environment: string): Finding[] {
  const open = (readState(state)?.stores ?? []).filter(
    ({ spec, password, stopped }) => spec.provider !== 'external' && password === '' && !stopped,
  );
  return open.map(({ spec: { name } }) => ({
    level: 'warning',
    title: `${name} takes every user of this machine in without a password, for it was started by an earlier version`,
    fix: `It gets one when it restarts: conductor stop ${environment}, then conductor deploy ${environment}`,
  }));
}

function failure({ message, hint }: ConductorError): Finding {
  return { level: 'failure', title: message, ...(hint === undefined ? {} : { fix: hint }) };
}
