import { ConductorError, exitCode } from '../../errors.ts';
import type { Store, StoreKind } from '../../model/store.ts';
import { findOrCreate } from '../create.ts';
import { type Clock, poll } from '../poll.ts';
import { PlatformRefusal } from '../refusal.ts';
import type { Place } from './account.ts';
import type { Api } from './api.ts';
import type { Environment, RailwayService } from './environment.ts';
import { operations } from './operations.ts';

interface Kind {
  /** Template of Railway that makes it: an ordinary service with a volume, which nobody manages. */
  readonly template: string;
  /** Name that the template gives its service. */
  readonly name: string;
  /** Variable of that service with its address on the private network. */
  readonly url: string;
}

const kinds: Readonly<Record<StoreKind, Kind>> = {
  mongodb: { template: 'mongo', name: 'MongoDB', url: 'MONGO_URL' },
  redis: { template: 'redis', name: 'Redis', url: 'REDIS_URL' },
};

/** The store's name on Railway: the template's own, so that one made by hand from the template is found. */
export const storeServiceName = (store: Pick<Store, 'name' | 'kind'>): string =>
  store.name === store.kind ? kinds[store.kind].name : store.name;

/** `${{MongoDB.MONGO_URL}}` */
export const storeReference = (store: Store, service = storeServiceName(store)): string =>
  `\${{${service}.${kinds[store.kind].url}}}`;

export const findStore = (
  services: readonly RailwayService[],
  store: Pick<Store, 'name' | 'kind'>,
): RailwayService | undefined =>
  services.find(({ name }) => name.toLowerCase() === storeServiceName(store).toLowerCase());

/** Makes the store from Railway's template unless it is there, and sets the backup schedules of its volumes. */
export async function ensureStore(
  store: Store,
  backups: readonly string[],
  { api, place, environment, clock }: { api: Api; place: Place; environment: Environment; clock: Clock },
): Promise<void> {
  const find = async () => findStore((await environment.read()).services, store);
  const service = await findOrCreate({
    find,
    create: async () => {
      await deployTemplate(store, { api, place, clock });
      const made = await poll(find, { clock, within: 120_000 });
      if (made) return made;
      throw new PlatformRefusal('Railway', 'unreachable', { said: `${store.name} does not show` });
    },
    clock,
  });
  const volumes =
    service.volumes.length > 0
      ? service.volumes
      : await poll(
          async () => {
            const found = (await find())?.volumes;
            return found?.length ? found : null;
          },
          { clock, within: 60_000 },
        );
  for (const id of volumes ?? []) await scheduleBackups(id, backups, api);
}

async function deployTemplate(
  store: Store,
  { api, place, clock }: { api: Api; place: Place; clock: Clock },
): Promise<void> {
  const { template } = await api(operations.template, { code: kinds[store.kind].template });
  const { workflowId } = (
    await api(operations.deployTemplate, {
      input: {
        templateId: template.id,
        serializedConfig: named(template.serializedConfig, store),
        projectId: place.project,
        environmentId: place.environment,
        ...(place.workspace ? { workspaceId: place.workspace } : {}),
      },
    })
  ).templateDeployV2;
  if (!workflowId) return;
  const status = await poll(
    async () => {
      const { workflowStatus } = await api(operations.workflow, { id: workflowId });
      return workflowStatus.status === 'Running' ? null : workflowStatus;
    },
    { clock, within: 300_000 },
  );
  if (status?.status === 'Complete') return;
  throw new ConductorError({
    code: 'railway.store-not-made',
    message: `Railway could not make ${store.name}: ${status?.error ?? status?.status ?? 'not done within 5 minutes'}`,
    hint: 'Run the command again; what is there already is used.',
    exit: exitCode.deployFailed,
    fault: 'platform',
  });
}

/** The template with its one service named as we look for it. */
function named(serializedConfig: unknown, store: Store): unknown {
  const config = serializedConfig as { services?: Record<string, { name?: string }> };
  const entries = Object.entries(config.services ?? {});
  if (entries.length !== 1) return serializedConfig;
  const [id, service] = entries[0]!;
  return { ...config, services: { [id]: { ...service, name: storeServiceName(store) } } };
}

async function scheduleBackups(volume: string, backups: readonly string[], api: Api): Promise<void> {
  const kinds = backups.map((kind) => kind.toUpperCase()).sort();
  const { volumeInstanceBackupScheduleList: now } = await api(operations.backupSchedules, { id: volume });
  const same =
    now
      .map(({ kind }) => kind)
      .sort()
      .join() === kinds.join();
  if (!same) await api(operations.scheduleBackups, { id: volume, kinds });
}
