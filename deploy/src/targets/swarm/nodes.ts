import { ConductorError } from '../../errors.ts';
import { poll } from '../poll.ts';
import type { Rest } from '../rest.ts';
import type { EngineHttp } from './engine-http.ts';
import { type EngineNode, operations } from './operations.ts';
import type { Site } from './site.ts';

/** The engine of another node of the swarm. */
export interface Other {
  /** As the settings have it. */
  readonly address: string;
  readonly engine: EngineHttp;
  readonly rest: Rest;
  /** Its id in the swarm; empty: it is in none. */
  readonly node: string;
}

/** The engines that `nodes` of the settings names. One that is away keeps nobody from working with the others. */
export interface Others {
  readonly reached: readonly Other[];
  readonly away: readonly { readonly address: string; readonly why: string }[];
}

/** Asks each once, when they are first needed. */
export function othersAt(
  addresses: readonly string[],
  open: (address: string) => Promise<Omit<Other, 'node'>>,
): () => Promise<Others> {
  let asked: Promise<Others> | undefined;
  const ask = async (): Promise<Others> => {
    const reached: Other[] = [];
    const away: Others['away'][number][] = [];
    await Promise.all(
      addresses.map(async (address) => {
        try {
          const other = await open(address);
          reached.push({ ...other, node: (await other.rest(operations.info)).Swarm.NodeID });
        } catch (error) {
          if (!(error instanceof ConductorError)) throw error;
          away.push({ address, why: error.message });
        }
      }),
    );
    return { reached, away };
  };
  return () => {
    asked ??= ask();
    return asked;
  };
}

export const nameOf = ({ Description, ID }: EngineNode): string => Description?.Hostname || ID;

/** It is heard of, and replicas are started there. */
export const takesReplicas = ({ Status, Spec }: EngineNode): boolean =>
  Status.State === 'ready' && Spec.Availability === 'active';

/** The nodes that take replicas and cannot be sent an image by us. */
export async function unreached(site: Site, known?: readonly EngineNode[]): Promise<EngineNode[]> {
  const nodes = (known ?? (await site.rest(operations.nodes))).filter(
    (one) => takesReplicas(one) && one.ID !== site.node,
  );
  if (nodes.length === 0) return [];
  const { reached } = await site.others();
  return nodes.filter(({ ID }) => !reached.some(({ node }) => node === ID));
}

/** Milliseconds after which the swarm has noticed that a node is gone: it waits for 13 s. */
const noticing = 30_000;

/**
 * The same, before images are sent. One that the settings name and that does not answer may have been lost a moment ago: then the swarm is
 * about to notice, and starts nothing there any more.
 */
export async function unreachedForGood(site: Site, say: (detail: string) => void): Promise<EngineNode[]> {
  let left = await unreached(site);
  if (left.length === 0 || (await site.others()).away.length === 0) return left;
  say(`waits for whether ${left.map(nameOf).join(', ')} is lost`);
  const lost = async () => {
    left = await unreached(site);
    return left.length === 0 || null;
  };
  const pace = { first: 1_000, factor: 1, most: 1_000 };
  await poll(lost, { clock: site.clock, within: noticing, pace, asked: true });
  return left;
}

/** What the swarm hears of no more. What ran there may run on, and nobody can tell it to end; the swarm has started it anew elsewhere. */
export async function lostNodes({ rest }: Pick<Site, 'rest'>): Promise<ReadonlySet<string>> {
  const nodes = await rest(operations.nodes);
  return new Set(nodes.filter(({ Status }) => Status.State === 'down').map(({ ID }) => ID));
}
