import type { Clock } from 'conductor-backup/retry';
import type { Foreign } from '../../model/observed.ts';
import type { Store } from '../../model/store.ts';
import { findOrCreate } from '../create.ts';
import type { TargetContext } from '../kind.ts';
import { Made } from '../made.ts';
import { patient, poll } from '../poll.ts';
import { PlatformRefusal } from '../refusal.ts';
import type { Rest } from '../rest.ts';
import type { AppSite } from './app.ts';
import { type DigitalOceanSettings, dataCenters } from './index.ts';
import { clusterName, clusterTags } from './names.ts';
import { type Cluster, operations } from './operations.ts';

const engines = { mongodb: 'mongodb', redis: 'valkey' } as const;

/** What the clusters are found with. */
export interface StoreSite {
  readonly app: AppSite;
  readonly context: TargetContext<DigitalOceanSettings>;
  readonly clock: Clock;
}

/** A store's cluster as it was found: ours, or somebody else's that has its name. */
interface Found {
  readonly ours: Cluster | null;
  readonly stranger: Cluster | null;
}

/**
 * Our cluster of each store, as one look at the account shows. Ours is what our app is bound to, or what carries our tags. `within`:
 * milliseconds that it may have been looked at before.
 */
export async function lookForClusters(
  { app, context }: Pick<StoreSite, 'app' | 'context'>,
  stores: readonly Store[],
  within?: number,
): Promise<ReadonlyMap<string, Found>> {
  const all = await app.clusters(within);
  const bound = (await app.read(within))?.spec.databases ?? [];
  const tags = clusterTags(context);
  return new Map(
    stores
      .filter(({ url }) => !url)
      .map((store): [string, Found] => {
        const binding = bound.find(({ name }) => name === store.name)?.cluster_name;
        const named = all.find(({ name }) => name === clusterName(context, store)) ?? null;
        const isOurs = tags.every((tag) => named?.tags?.some((one) => one.toLowerCase() === tag));
        const ours =
          all.find(({ name }) => name === binding) ?? (isOurs || app.adopted.has(store.name) ? named : null);
        return [store.name, { ours, stranger: ours ? null : named }];
      }),
  );
}

export async function findCluster(
  site: Pick<StoreSite, 'app' | 'context'>,
  store: Store,
): Promise<Cluster | null> {
  return (await lookForClusters(site, [store])).get(store.name)?.ours ?? null;
}

/** Clusters of others that have the names of ours. */
export const strangersAmong = (found: ReadonlyMap<string, Found>): Foreign[] =>
  [...found].flatMap(([name, { stranger }]): Foreign[] =>
    stranger
      ? [
          {
            what: 'store',
            name,
            detail: `the cluster ${stranger.name} is there on DigitalOcean, and does not carry the tags of this environment`,
          },
        ]
      : [],
  );

/** Data center of the clusters. */
export const clusterRegion = ({ databases, region }: DigitalOceanSettings): string =>
  databases.region ?? dataCenters[region];

/**
 * Makes the clusters that are not there, and waits until all of them are online: an app with a cluster that is not fails. Their names, by
 * our names of the stores; a store with a `url` has none.
 */
export async function ensureClusters(
  stores: readonly Store[],
  site: StoreSite,
  made = new Made(),
): Promise<Map<string, string>> {
  const { rest } = site.app;
  const ours = stores.filter(({ url }) => !url);
  const clusters = new Map<string, Cluster>();
  for (const store of ours) clusters.set(store.name, await findOrMake(store, site, made));
  await online(clusters, site);
  for (const { name, kind } of ours) {
    if (kind !== 'redis') continue;
    // Queues lose jobs with any other policy.
    const path = { database_cluster_uuid: clusters.get(name)!.id };
    await rest(operations.evictionPolicy, { path, body: { eviction_policy: 'noeviction' } });
  }
  return new Map([...clusters].map(([name, cluster]) => [name, cluster.name]));
}

const findOrMake = (store: Store, site: StoreSite, made: Made): Promise<Cluster> => {
  const { app, context, clock } = site;
  const { databases } = context.settings;
  return findOrCreate({
    find: () => findCluster(site, store),
    create: async () => {
      const { database } = await app.rest(operations.createCluster, {
        body: {
          name: clusterName(context, store),
          engine: engines[store.kind],
          num_nodes: databases.nodes,
          size: databases.size,
          region: clusterRegion(context.settings),
          tags: clusterTags(context),
        },
      });
      const path = { database_cluster_uuid: database.id };
      made.add(() => app.rest(operations.destroyCluster, { path }));
      return database;
    },
    clock,
    doubles: true,
  });
};

/** Waits for all of them at once. */
async function online(clusters: ReadonlyMap<string, Cluster>, { app, clock }: StoreSite): Promise<void> {
  const isUp = (list: readonly Cluster[], wanted: string) =>
    list.some(({ id, status }) => id === wanted && status === 'online');
  const coming = (list: readonly Cluster[]) =>
    [...clusters].filter(([, { id }]) => !isUp(list, id)).map(([name]) => name);
  let missing = coming([...clusters.values()]);
  if (missing.length === 0) return;
  await poll(
    async () => {
      missing = coming(await app.clusters(0));
      return missing.length === 0 || null;
    },
    { clock, within: 30 * 60_000, pace: patient, asked: true },
  );
  if (missing.length > 0)
    throw new PlatformRefusal('DigitalOcean', 'unreachable', {
      said: `${missing.join(', ')}: not online yet`,
    });
}

/** Lets the app through to the cluster, and keeps the rules of others. A cluster without rules is open to the world. */
export async function trustApp(rest: Rest, cluster: Cluster, app: string): Promise<void> {
  const path = { database_cluster_uuid: cluster.id };
  const rules = (await rest(operations.rules, { path })).rules ?? [];
  if (rules.some(({ type, value }) => type === 'app' && value === app)) return;
  const kept = rules.map(({ type, value }) => ({ type, value }));
  await rest(operations.replaceRules, { path, body: { rules: [...kept, { type: 'app', value: app }] } });
}
