import { ConductorError, exitCode } from '../../../errors.ts';
import { poll } from '../../poll.ts';
import type { Removed, RemoveOrder } from '../../servers.ts';
import { addressOf } from '../dial.ts';
import { edgeName, prefixOf } from '../names.ts';
import { nameOf } from '../nodes.ts';
import { type EngineNode, operations } from '../operations.ts';
import type { Engine, Site } from '../site.ts';
import { rulesFor } from './firewall.ts';
import {
  addressOfNode,
  type Described,
  findNode,
  isManager,
  nodesOf,
  openOther,
  openSwarm,
  pinnedTo,
  updateNode,
} from './members.ts';
import { assertMovable, moveAway } from './move.ts';
import { staysAble } from './quorum.ts';
import { written } from './remote.ts';

/** Milliseconds until one that was demoted has stopped taking orders. */
const demotion = 30_000;

/** Takes a server out of the swarm: what runs there moves away, it takes orders no more, leaves, and is forgotten. */
export async function removeServer(place: Described, word: string, order: RemoveOrder): Promise<Removed> {
  const { dead, volumes, doing } = order;
  const site = await openSwarm(place);
  const node = await findNode(site, word);
  const name = nameOf(node);
  assertState(site, node, dead);
  await assertQuorum(site, node);
  const lost = dead
    ? pinnedTo(node.ID, await site.rest(operations.services)).map(({ Spec }) => Spec.Name)
    : [];
  const address = (await site.others()).reached.find((one) => one.node === node.ID)?.address ?? null;
  const moved = dead ? [] : await empty(site, node, order);
  if (isManager(node)) {
    doing('takes orders from it no more');
    await demote(site, node);
  }
  const engine = dead ? null : await leave(place, site, node, doing);
  await site.rest(operations.deleteNode, { path: { id: node.ID }, query: { force: 'true' } });
  const left = engine ? await ourVolumes(place, engine) : [];
  if (engine && volumes) for (const volume of left) await removeVolume(engine, site, volume);
  const { nodes } = place.context.settings;
  return {
    server: name,
    moved,
    lost,
    volumes: left,
    volumesRemoved: volumes && engine !== null,
    left: engine !== null || dead,
    config:
      address !== null && nodes.includes(address)
        ? `nodes: [${nodes
            .filter((one) => one !== address)
            .map((one) => `'${one}'`)
            .join(', ')}],`
        : null,
    firewall: rulesFor(addressOfNode(node)).map((rule) => rule.replace('ufw ', 'ufw delete ')),
  };
}

/** @throws {ConductorError} `server.alive` (exit 2), `server.dead` (exit 3) */
function assertState({ context }: Site, node: EngineNode, dead: boolean): void {
  const name = nameOf(node);
  const ready = node.Status.State === 'ready';
  if (dead && ready)
    throw new ConductorError({
      code: 'server.alive',
      message: `${name} is alive: the managers hear of it.`,
      hint: `Remove it as usual: conductor server remove ${context.environment} ${name}. One that was just switched off counts as alive for some seconds.`,
      exit: exitCode.usage,
    });
  if (!dead && !ready)
    throw new ConductorError({
      code: 'server.dead',
      message: `${name} is ${node.Status.State}, and cannot leave by itself.`,
      hint: `Bring it back; or, if it never comes back: conductor server remove ${context.environment} ${name} --dead`,
      exit: exitCode.checksFailed,
    });
}

/** @throws {ConductorError} `server.quorum` (exit 3) */
async function assertQuorum(site: Site, node: EngineNode): Promise<void> {
  if (!isManager(node)) return;
  const managers = (await nodesOf(site)).filter(isManager);
  const reachable = managers.filter(({ ManagerStatus }) => ManagerStatus?.Reachability === 'reachable');
  const answers = reachable.some(({ ID }) => ID === node.ID);
  if (staysAble(managers.length, reachable.length, { answers })) return;
  const away = managers.filter((one) => !reachable.includes(one)).map(nameOf);
  throw new ConductorError({
    code: 'server.quorum',
    message:
      managers.length === 1
        ? `${nameOf(node)} is the only manager: without it nobody takes orders.`
        : `Without ${nameOf(node)} not more than half of the managers would answer, and nobody would take orders.`,
    hint:
      away.length > 0
        ? `First bring back, or remove, those that do not answer: ${away.join(', ')}.`
        : `First add another manager: conductor server add ssh://root@ADDRESS ${site.context.environment} --manager`,
    exit: exitCode.checksFailed,
  });
}

async function empty(site: Site, node: EngineNode, order: RemoveOrder): Promise<readonly string[]> {
  await assertMovable(site, node);
  order.doing('moves away what runs there');
  return (await moveAway(site, node, order)).moved;
}

async function demote(site: Site, { ID }: EngineNode): Promise<void> {
  await updateNode(site, ID, { Role: 'worker' });
  await poll(
    async () => {
      const node = (await nodesOf(site)).find((one) => one.ID === ID);
      return !node?.ManagerStatus || null;
    },
    { clock: site.clock, within: demotion, pace: { first: 300, factor: 1.5, most: 2_000 } },
  );
}

/** Null where its engine cannot be told. */
async function leave(
  place: Described,
  site: Site,
  node: EngineNode,
  doing: (what: string) => void,
): Promise<Pick<Engine, 'rest'> | null> {
  const engine = await engineOf(place, site, node);
  if (!engine) return null;
  doing('has it leave the swarm');
  try {
    // By force: an engine says for a moment that it is a manager when it is none any more.
    await engine.rest(operations.leaveSwarm, { query: { force: 'true' } });
  } catch (error) {
    const { Swarm } = await engine.rest(operations.info);
    if (Swarm.LocalNodeState === 'active') throw error;
  }
  return engine;
}

/** By the config; where it does not name the server, as the host is reached. */
async function engineOf(
  place: Described,
  site: Site,
  node: EngineNode,
): Promise<Pick<Engine, 'rest'> | null> {
  const known = (await site.others()).reached.find((one) => one.node === node.ID);
  if (known) return known;
  const host = addressOf(place.context.settings.host);
  if (host?.kind !== 'ssh') return null;
  try {
    const engine = await openOther(place, written({ ...host, host: addressOfNode(node) }));
    return (await engine.rest(operations.info)).Swarm.NodeID === node.ID ? engine : null;
  } catch (error) {
    if (error instanceof ConductorError) return null;
    throw error;
  }
}

/** By their names: a volume that a service mounts has no labels. */
async function ourVolumes({ context }: Described, { rest }: Pick<Engine, 'rest'>): Promise<string[]> {
  const { Volumes } = await rest(operations.volumes);
  const begins = [`${prefixOf(context)}-`, `${edgeName}-`];
  return (Volumes ?? [])
    .map(({ Name }) => Name)
    .filter((name) => begins.some((begin) => name.startsWith(begin)))
    .toSorted();
}

/** What used it may still be going. */
async function removeVolume(engine: Pick<Engine, 'rest'>, { clock }: Site, name: string): Promise<void> {
  let last: unknown;
  const done = await poll(
    async () => {
      try {
        await engine.rest(operations.deleteVolume, { path: { name } });
        return true;
      } catch (error) {
        last = error;
        return null;
      }
    },
    { clock, within: 20_000, pace: { first: 500, factor: 1.5, most: 3_000 } },
  );
  if (!done) throw last;
}
