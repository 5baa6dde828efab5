import { ConductorError, exitCode } from '../../../errors.ts';
import { poll } from '../../poll.ts';
import type { Moved, MoveOrder } from '../../servers.ts';
import { nameOf, takesReplicas } from '../nodes.ts';
import { type EngineNode, type EngineService, operations } from '../operations.ts';
import { ended, isRunning, tasksOf } from '../services.ts';
import type { Site } from '../site.ts';
import { wordsOf } from '../tasks.ts';
import { type Described, findNode, nodesOf, openSwarm, pinnedTo, updateNode } from './members.ts';
import { endReplacements, startReplacements } from './replacements.ts';

/** Milliseconds in which replicas run elsewhere: an image may have to be fetched there. */
const patience = 300_000;

/** Has everything that runs on a server run on the others, and waits until it does. It gets nothing new until it is active again. */
export async function drainServer(place: Described, word: string, order: MoveOrder): Promise<Moved> {
  const site = await openSwarm(place);
  const node = await findNode(site, word);
  await assertMovable(site, node);
  return { server: nameOf(node), ...(await moveAway(site, node, order)) };
}

/** It takes replicas again. Those that run elsewhere stay there until they are started anew. */
export async function activateServer(place: Described, word: string): Promise<Moved> {
  const site = await openSwarm(place);
  const node = await findNode(site, word);
  if (node.Spec.Availability !== 'active') await updateNode(site, node.ID, { Availability: 'active' });
  // Of a drain that was interrupted.
  const missing = await endReplacements(site, node, { doing: () => {}, signal: AbortSignal.any([]) });
  if (missing.length > 0) throw notMoved(site, node, missing);
  return { server: nameOf(node), moved: [] };
}

/** @throws {ConductorError} `server.pinned`, `server.nowhere` (exit 3) */
export async function assertMovable(site: Site, node: EngineNode): Promise<void> {
  const services = await site.rest(operations.services);
  const pinned = pinnedTo(node.ID, services).map(({ Spec }) => Spec.Name);
  if (pinned.length > 0)
    throw new ConductorError({
      code: 'server.pinned',
      message: `${nameOf(node)} has what cannot move: ${pinned.join(', ')}.`,
      hint: 'The edge, the switch and the stores stay on the `host`, where their data lie. Take another machine in its place as docs/guides/own-server.md says.',
      exit: exitCode.checksFailed,
    });
  const others = (await nodesOf(site)).filter((one) => one.ID !== node.ID && takesReplicas(one));
  if (others.length > 0) return;
  throw new ConductorError({
    code: 'server.nowhere',
    message: `No other server takes what runs on ${nameOf(node)}.`,
    hint: `Add one, or activate one that is drained: conductor server list ${site.context.environment}`,
    exit: exitCode.checksFailed,
  });
}

/** @throws {ConductorError} `server.no-replacement` (exit 3), `server.not-moved` (exit 7) */
export async function moveAway(
  site: Site,
  node: EngineNode,
  order: MoveOrder,
): Promise<Pick<Moved, 'moved'>> {
  const { doing, signal } = order;
  const here = await tasksOn(site, node);
  const ids = [...new Set(here.filter(isRunning).map(({ ServiceID }) => ServiceID))];
  const services = (await site.rest(operations.services)).filter(({ ID }) => ids.includes(ID));
  await startReplacements(site, node, order);
  if (node.Spec.Availability !== 'drain') await updateNode(site, node.ID, { Availability: 'drain' });
  let said = '';
  let left: readonly string[] = [];
  const gone = await poll(
    async () => {
      signal.throwIfAborted();
      left = await stillMissing(site, node, services);
      if (left.length > 0 && left.join() !== said) doing(`waits for ${left.join('; ')}`);
      said = left.join();
      return left.length === 0 || null;
    },
    { clock: site.clock, within: patience, signal, pace: { first: 300, factor: 1.3, most: 2_000 } },
  );
  if (gone) left = await endReplacements(site, node, order);
  if (left.length > 0) throw notMoved(site, node, left);
  return { moved: services.map(({ Spec }) => Spec.Name).toSorted() };
}

const notMoved = ({ context }: Site, node: EngineNode, left: readonly string[]) =>
  new ConductorError({
    code: 'server.not-moved',
    message: `After ${patience / 60_000} minutes not all that ran on ${nameOf(node)} runs elsewhere: ${left.join('; ')}.`,
    hint: `Let it run there again: conductor server activate ${context.environment} ${nameOf(node)}. What it lacks elsewhere is in the message: memory, an image, a server.`,
    exit: exitCode.unknown,
  });

const tasksOn = ({ rest }: Site, node: EngineNode) =>
  rest(operations.tasks, { query: { filters: JSON.stringify({ node: [node.ID] }) } });

/** What does not yet run elsewhere as often as it is wanted, with why, or has not ended on the node. */
async function stillMissing(
  site: Site,
  node: EngineNode,
  services: readonly EngineService[],
): Promise<string[]> {
  const missing: string[] = [];
  for (const { ID, Spec } of services) {
    const wanted = Spec.Mode.Replicated?.Replicas;
    const tasks = await tasksOf(site, ID);
    const elsewhere = tasks.filter((task) => isRunning(task) && task.NodeID !== node.ID);
    const stays = tasks.some(({ NodeID, Status }) => NodeID === node.ID && !ended.includes(Status.State));
    if (wanted != null && elsewhere.length < wanted) {
      const waiting = tasks.find(
        ({ DesiredState, Status }) => DesiredState === 'running' && Status.Err !== '',
      );
      missing.push(
        `${Spec.Name}: ${elsewhere.length} of ${wanted} run${waiting ? ` (${wordsOf(waiting)})` : ''}`,
      );
    } else if (stays) missing.push(`${Spec.Name}: one has still to end`);
  }
  return missing;
}
