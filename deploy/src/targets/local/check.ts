import type { ConductorError } from '../../errors.ts';
import type { Finding } from '../../model/finding.ts';
import type { Store } from '../../model/store.ts';
import { readLockfile } from './builder/lockfile.ts';
import { mustInstall } from './builder/modules.ts';
import { freeSpace, installNeeds, noSpace, releaseNeeds } from './builder/space.ts';
import { isFree } from './host/ports.ts';
import type { HostObserved } from './host/protocol.ts';
import type { LocalPaths } from './paths.ts';
import { portTaken } from './port-taken.ts';
import { aptGet, findRedis, noRedis } from './store-programs.ts';

/** What a deploy to this machine needs, asked all at once. Changes nothing. */
export async function checkLocal(
  stores: readonly Store[],
  port: number,
  paths: LocalPaths,
  host: HostObserved | null,
): Promise<Finding[]> {
  const findings = await Promise.all([
    checkPort(port, host),
    checkSpace(paths),
    ...(stores.some(({ kind, url }) => kind === 'redis' && url === undefined) ? [checkRedis()] : []),
  ]);
  return findings;
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

async function checkRedis(): Promise<Finding> {
  const found = findRedis();
  if (found !== null) return { level: 'ok', title: `Redis is ${found}` };
  if ((await aptGet()) !== null) return { level: 'ok', title: 'Redis will be installed with apt-get' };
  return failure(noRedis());
}

function failure({ message, hint }: ConductorError): Finding {
  return { level: 'failure', title: message, ...(hint === undefined ? {} : { fix: hint }) };
}
