import type { Clock } from '@conductor/backup/retry';
import type { Store } from '../../model/store.ts';
import { findOrCreate } from '../create.ts';
import type { TargetContext } from '../kind.ts';
import { Made } from '../made.ts';
import { poll } from '../poll.ts';
import { PlatformRefusal } from '../refusal.ts';
import type { Rest } from '../rest.ts';
import type { DigitalOceanSettings } from './index.ts';
import { type Cluster, operations } from './operations.ts';
import { clusterName } from './spec.ts';

const engines = { mongodb: 'mongodb', redis: 'valkey' } as const;

export async function findCluster(
  rest: Rest,
  context: TargetContext<DigitalOceanSettings>,
  store: Store,
): Promise<Cluster | null> {
  const { databases } = await rest(operations.clusters);
  return databases?.find(({ name }) => name === clusterName(context, store)) ?? null;
}

/** Makes the cluster unless it is there, and waits until it is online: an app with a cluster that is not fails. */
export async function ensureCluster(
  store: Store,
  { rest, context, clock }: { rest: Rest; context: TargetContext<DigitalOceanSettings>; clock: Clock },
  made = new Made(),
): Promise<Cluster> {
  const { databases } = context.settings;
  const find = () => findCluster(rest, context, store);
  const found = await findOrCreate({
    find,
    create: async () => {
      const { database } = await rest(operations.createCluster, {
        body: {
          name: clusterName(context, store),
          engine: engines[store.kind],
          num_nodes: databases.nodes,
          size: databases.size,
          region: databases.region,
          tags: ['conductor'],
        },
      });
      const path = { database_cluster_uuid: database.id };
      made.add(() => rest(operations.destroyCluster, { path }));
      return database;
    },
    clock,
    doubles: true,
  });
  const online = await poll(
    async () => {
      const now = await find();
      return now?.status === 'online' ? now : null;
    },
    { clock, within: 30 * 60_000 },
  );
  if (!online)
    throw new PlatformRefusal('DigitalOcean', 'unreachable', { said: `${store.name} is not online yet` });
  // Queues lose jobs with any other policy.
  if (store.kind === 'redis') {
    const path = { database_cluster_uuid: found.id };
    await rest(operations.evictionPolicy, { path, body: { eviction_policy: 'noeviction' } });
  }
  return online;
}

/** Lets the app through to the cluster, and keeps the rules of others. A cluster without rules is open to the world. */
export async function trustApp(rest: Rest, cluster: Cluster, app: string): Promise<void> {
  const path = { database_cluster_uuid: cluster.id };
  const rules = (await rest(operations.rules, { path })).rules ?? [];
  if (rules.some(({ type, value }) => type === 'app' && value === app)) return;
  const kept = rules.map(({ type, value }) => ({ type, value }));
  await rest(operations.replaceRules, { path, body: { rules: [...kept, { type: 'app', value: app }] } });
}
