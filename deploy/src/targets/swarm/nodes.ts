import { ConductorError } from '../../errors.ts';
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

/** What the swarm hears of no more. What ran there may run on, and nobody can tell it to end; the swarm has started it anew elsewhere. */
export async function lostNodes({ rest }: Pick<Site, 'rest'>): Promise<ReadonlySet<string>> {
  const nodes = await rest(operations.nodes);
  return new Set(nodes.filter(({ Status }) => Status.State === 'down').map(({ ID }) => ID));
}
