import { wayOut } from 'conductor-backup/closest';
import { ConductorError, exitCode } from '../../../errors.ts';
import type { TargetContext } from '../../kind.ts';
import { addressOf } from '../dial.ts';
import type { SwarmSettings } from '../index.ts';
import { nameOf } from '../nodes.ts';
import { type EngineNode, type EngineService, operations } from '../operations.ts';
import { type Engine, openEngine, openSite, type Site } from '../site.ts';
import type { Place } from './place.ts';

/** A place of which an environment is described. */
export type Described = Place & { readonly context: TargetContext<SwarmSettings> };

/** The swarm, by its host. */
export const openSwarm = ({ context, surroundings, ...place }: Described): Promise<Site> =>
  openSite(context, surroundings, place);

/** The engine of another server. The way that a test gives is that of the host. */
export function openOther({ context, surroundings, ...place }: Place, address: string): Promise<Engine> {
  const { dial, ...rest } = surroundings;
  const own = dial && address === context?.settings.host ? { dial } : {};
  return openEngine(address, context ?? {}, { ...rest, ...own }, place);
}

export const nodesOf = ({ rest }: Pick<Site, 'rest'>): Promise<EngineNode[]> => rest(operations.nodes);

/** By which the other servers reach it. */
export const addressOfNode = ({ Status, ManagerStatus }: EngineNode): string => {
  // The first one may not know its own.
  const own = ManagerStatus?.Addr.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return own || Status.Addr;
};

export const isManager = ({ ManagerStatus, Spec }: EngineNode): boolean =>
  ManagerStatus != null || Spec.Role === 'manager';

/**
 * The server that a word means: its name, the address by which the others reach it or deploys do, its id or the beginning of that.
 * @throws {ConductorError} `server.unknown-server`, `server.ambiguous` (exit 2)
 */
export async function findNode(site: Site, word: string): Promise<EngineNode> {
  const nodes = await nodesOf(site);
  const exact = nodes.filter((node) => node.ID === word || addressOfNode(node) === word);
  const named = nodes.filter((node) => nameOf(node) === word);
  const begun = word.length > 3 ? nodes.filter(({ ID }) => ID.startsWith(word)) : [];
  const found =
    [exact, named, begun].find(({ length }) => length > 0) ?? (await byAddress(site, nodes, word));
  if (found.length === 1) return found[0]!;
  const all = nodes.map(nameOf);
  if (found.length === 0)
    throw new ConductorError({
      code: 'server.unknown-server',
      message: `There is no server "${word}" in the swarm of ${site.context.environment}.`,
      hint: `${wayOut(word, all)}, or one of their addresses: ${nodes.map(addressOfNode).join(', ')}`,
      exit: exitCode.usage,
    });
  throw new ConductorError({
    code: 'server.ambiguous',
    message: `Several servers are called ${word}.`,
    hint: `Name the one that is meant by its address: ${found.map(addressOfNode).join(', ')}.`,
    exit: exitCode.usage,
  });
}

/** By how the config reaches its engine. */
async function byAddress(site: Site, nodes: readonly EngineNode[], word: string): Promise<EngineNode[]> {
  const same = (address: string) => address === word || hostOf(address) === (hostOf(word) ?? word);
  if (same(site.context.settings.host)) return nodes.filter(({ ID }) => ID === site.node);
  const other = (await site.others()).reached.find(({ address }) => same(address));
  return nodes.filter(({ ID }) => ID === other?.node);
}

export function hostOf(address: string): string | null {
  const found = addressOf(address);
  return found?.kind === 'ssh' ? found.host : null;
}

/** Changes a node: an update has to name what it replaces. */
export async function updateNode(
  { rest }: Pick<Site, 'rest'>,
  id: string,
  change: Partial<Pick<EngineNode['Spec'], 'Role' | 'Availability'>>,
): Promise<void> {
  for (let left = 5; ; left--) {
    const node = (await rest(operations.nodes)).find(({ ID }) => ID === id);
    if (!node) return;
    try {
      await rest(operations.updateNode, {
        path: { id },
        query: { version: node.Version.Index },
        body: { ...node.Spec, ...change },
      });
      return;
    } catch (error) {
      if (left <= 1 || !/out of sequence/.test(String((error as Error).message))) throw error;
    }
  }
}

/** Services that run on that node and nowhere else. */
export const pinnedTo = (id: string, services: readonly EngineService[]): EngineService[] =>
  services.filter(({ Spec }) => {
    const { Placement } = Spec.TaskTemplate as { Placement?: { Constraints?: string[] | null } };
    return (Placement?.Constraints ?? []).some((one) => one.replaceAll(' ', '') === `node.id==${id}`);
  });
