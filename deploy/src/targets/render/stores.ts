import type { Clock } from 'conductor-backup/retry';
import { ConductorError, exitCode } from '../../errors.ts';
import type { Foreign } from '../../model/observed.ts';
import type { Store } from '../../model/store.ts';
import { findOrCreate } from '../create.ts';
import type { TargetContext } from '../kind.ts';
import type { Made } from '../made.ts';
import { markVariables } from '../mark.ts';
import { patient, poll } from '../poll.ts';
import { PlatformRefusal } from '../refusal.ts';
import { replicaSet, replicaSetUrl, replicaSetVariables, startsReplicaSet } from '../replica-set.ts';
import type { Rest } from '../rest.ts';
import { commandLine } from '../shell-words.ts';
import { prefixOf } from './account.ts';
import type { RenderSettings } from './index.ts';
import { type KeyValue, operations, type RenderService } from './operations.ts';
import type { Workspace } from './workspace.ts';

/** What the stores are made with. */
export interface StoreSite {
  readonly rest: Rest;
  readonly workspace: Workspace;
  readonly context: TargetContext<RenderSettings>;
  readonly clock: Clock;
  readonly made: Made;
}

/** Fails for a store that Render has no service for and the config no other way to. */
export function requireStore(store: Store, settings: RenderSettings): void {
  if (store.url || store.kind === 'redis' || settings.mongodb) return;
  throw new ConductorError({
    code: 'render.no-mongodb',
    message: 'Render has no MongoDB.',
    hint: 'Give the store a `url` of a managed server (such as Atlas) in this environment’s `stores`, or set `mongodb: {}` in render({ … }) to run one member on a disk, which is down for some minutes at each change.',
    exit: exitCode.usage,
  });
}

/**
 * The key-value store of this name. Ours lies in our environment: it has no variables that could carry a mark. One that lies in no
 * environment may have been moved out of it, so nothing is made in its place; one in another is no concern of ours.
 */
export async function lookForKeyValue(
  { workspace, context }: Pick<StoreSite, 'workspace' | 'context'>,
  { name }: Pick<Store, 'name'>,
  within?: number,
): Promise<{ readonly ours: KeyValue | null; readonly stranger: KeyValue | null }> {
  const full = prefixOf(context) + name;
  const found = await workspace.keyValues(full, within);
  if (found.length === 0) return { ours: null, stranger: null };
  const environment = await workspace.environment();
  const ours = found.find((one) => one.environmentId && one.environmentId === environment) ?? null;
  return { ours, stranger: ours ? null : (found.find((one) => !one.environmentId) ?? null) };
}

export const findKeyValue = async (
  site: Pick<StoreSite, 'workspace' | 'context'>,
  store: Pick<Store, 'name'>,
): Promise<KeyValue | null> => (await lookForKeyValue(site, store)).ours;

/** How a key-value store that is not ours is told. */
export const strangeKeyValue = (name: string, { name: full }: KeyValue): Foreign => ({
  what: 'store',
  name,
  detail: `${full} is there on Render, and lies in no environment`,
});

/** Makes the store unless it is there, waits until it can be used, and answers with its address inside Render. */
export async function ensureStore(
  store: Store,
  owner: string,
  environment: string,
  site: StoreSite,
): Promise<string> {
  return store.kind === 'redis'
    ? ensureKeyValue(store, owner, environment, site)
    : ensureMongo(store, owner, environment, site);
}

async function ensureKeyValue(
  store: Store,
  owner: string,
  environment: string,
  site: StoreSite,
): Promise<string> {
  const { rest, context, clock, made } = site;
  const { settings } = context;
  const { id, status } = await findOrCreate({
    find: () => findKeyValue(site, store),
    create: async () => {
      const keyValue = await rest(operations.createKeyValue, {
        body: {
          name: prefixOf(context) + store.name,
          ownerId: owner,
          environmentId: environment,
          plan: settings.redis,
          region: settings.region,
          // Queues lose jobs with any other.
          maxmemoryPolicy: 'noeviction',
          ipAllowList: [],
        },
      });
      made.add(() => rest(operations.deleteKeyValue, { path: { keyValueId: keyValue.id } }));
      return keyValue;
    },
    clock,
    doubles: true,
  });
  const isReady = async () => (await findKeyValue(site, store))?.status === 'available' || null;
  const patience = { clock, within: 15 * 60_000, pace: patient, asked: true };
  if (status !== 'available' && !(await poll(isReady, patience)))
    throw new PlatformRefusal('Render', 'unreachable', { said: `${store.name} is not available yet` });
  const { internalConnectionString } = await rest(operations.connection, { path: { keyValueId: id } });
  return internalConnectionString;
}

/** Whether the MongoDB that is there starts as one, by its command. */
export const isReplicaSet = ({ serviceDetails }: RenderService): boolean =>
  startsReplicaSet(serviceDetails.envSpecificDetails.dockerCommand, replicaSetVariables());

const rootUser = 'MONGO_INITDB_ROOT_USERNAME';
const rootPassword = 'MONGO_INITDB_ROOT_PASSWORD';

/** One that we have made, as far as it shows by how it is set up: now, or by an earlier version. */
export const isOwnMongo = (service: RenderService, variables: Readonly<Record<string, string>>): boolean =>
  isReplicaSet(service) || variables[rootUser] === 'conductor';

/** Its variables say how it is reached. */
export const isReachable = (service: RenderService, variables: Readonly<Record<string, string>>): boolean =>
  isReplicaSet(service) || (rootUser in variables && rootPassword in variables);

async function ensureMongo(
  store: Store,
  owner: string,
  environment: string,
  { rest, workspace, context, clock, made }: StoreSite,
): Promise<string> {
  const { settings } = context;
  const service = await findOrCreate<RenderService>({
    find: async () => (await workspace.list()).get(store.name),
    create: async () => {
      const { service } = await rest(operations.createService, {
        body: {
          type: 'private_service',
          name: prefixOf(context) + store.name,
          ownerId: owner,
          environmentId: environment,
          autoDeploy: 'no',
          image: { ownerId: owner, imagePath: replicaSet.image },
          envVars: [
            ...Object.entries({
              ...replicaSetVariables(),
              ...markVariables(context),
              CONDUCTOR_SERVICE: store.name,
            }).map(([key, value]) => ({ key, value })),
            { key: 'MONGO_PASSWORD', generateValue: true },
            { key: 'MONGO_REPLICA_SET_KEY', generateValue: true },
          ],
          serviceDetails: {
            runtime: 'image',
            envSpecificDetails: { dockerCommand: commandLine(replicaSet.command) },
            plan: settings.plan,
            region: settings.region,
            numInstances: 1,
            maxShutdownDelaySeconds: 60,
            disk: { name: 'data', mountPath: replicaSet.data, sizeGB: settings.mongodb!.disk },
          },
        },
      });
      workspace.made(store.name, service);
      made.add(async () => {
        await rest(operations.deleteService, { path: { serviceId: service.id } });
        workspace.gone(store.name);
      });
      return service;
    },
    clock,
  });
  const variables = await workspace.variables(service.id);
  if (isReplicaSet(service))
    return replicaSetUrl(encodeURIComponent(variables.MONGO_PASSWORD ?? ''), service.slug);
  // Made before this was a replica set, or adopted; it is left as it is.
  const user = encodeURIComponent(variables[rootUser] ?? '');
  const password = encodeURIComponent(variables[rootPassword] ?? '');
  return `mongodb://${user}:${password}@${service.slug}:27017/?authSource=admin`;
}
