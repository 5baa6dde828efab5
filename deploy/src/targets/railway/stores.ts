import { ConductorError, exitCode } from '../../errors.ts';
import type { Store } from '../../model/store.ts';
import { findOrCreate } from '../create.ts';
import { notOurs } from '../foreign.ts';
import type { Mark } from '../mark.ts';
import { poll } from '../poll.ts';
import { PlatformRefusal } from '../refusal.ts';
import type { RailwayService } from './environment.ts';
import { ensureMongo } from './mongo.ts';
import { operations } from './operations.ts';
import { carriesMark, foreignIn, markOf } from './ownership.ts';
import type { Site } from './site.ts';
import { findStore, storeServiceName } from './store-names.ts';
import { times } from './times.ts';

/** Template of Railway that makes Redis: an ordinary service with a volume, which nobody manages. */
const redisTemplate = 'redis';

/**
 * Makes the stores that are not there, and sets the backup schedules of their volumes.
 * @throws {ConductorError} `adopt.not-ours` (exit 3) for one that is somebody else's.
 */
export async function ensureStores(stores: readonly Store[], site: Site): Promise<void> {
  const { environment, context } = site;
  const foreign = foreignIn(await environment.read(), [], stores, context);
  if (foreign.length > 0) throw notOurs(context.environment, foreign);
  const volumes: string[] = [];
  for (const store of stores) {
    if (store.url) continue;
    const service = await (store.kind === 'mongodb' ? ensureMongo(store, site) : ensureRedis(store, site));
    volumes.push(...service.volumes);
  }
  await scheduleBackups(volumes, site);
}

async function ensureRedis(store: Store, site: Site): Promise<RailwayService> {
  const { environment, clock } = site;
  const find = async () => findStore((await environment.read()).services, store);
  const service = await findOrCreate({
    find,
    create: async () => {
      await deployTemplate(store, site);
      const made = await poll(find, { clock, within: 120_000 });
      if (made) return made;
      throw new PlatformRefusal('Railway', 'unreachable', { said: `${store.name} does not show` });
    },
    clock,
  });
  if (service.volumes.length > 0) return marked(service, site);
  const withVolume = await poll(
    async () => {
      const found = await find();
      return found?.volumes.length ? found : null;
    },
    { clock, within: 60_000 },
  );
  return marked(withVolume ?? service, site);
}

/** Marks what is ours without our mark: Railway may leave out variables that a template was given, and earlier versions gave none. */
async function marked(service: RailwayService, { environment, context }: Site): Promise<RailwayService> {
  if (carriesMark(service, context)) return service;
  await environment.commit({ services: { [service.id]: {} } }, await environment.read());
  return service;
}

async function deployTemplate(store: Store, { api, place, clock, context }: Site): Promise<void> {
  const { template } = await api(operations.template, { code: redisTemplate });
  const { workflowId } = (
    await api(operations.deployTemplate, {
      input: {
        templateId: template.id,
        serializedConfig: ours(template.serializedConfig, store, context),
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

/** The template with its one service named as we look for it, and with our mark. */
function ours(serializedConfig: unknown, store: Store, mark: Mark): unknown {
  const config = serializedConfig as { services?: Record<string, { variables?: object }> };
  const entries = Object.entries(config.services ?? {});
  if (entries.length !== 1) return serializedConfig;
  const [id, service] = entries[0]!;
  const name = storeServiceName(store);
  const marks = Object.entries(markOf(mark, name)).map(([key, value]) => [
    key,
    { defaultValue: value, value },
  ]);
  const variables = { ...service.variables, ...Object.fromEntries(marks) };
  return { ...config, services: { [id]: { ...service, name, variables } } };
}

async function scheduleBackups(volumes: readonly string[], { api, context }: Site): Promise<void> {
  if (volumes.length === 0) return;
  const kinds = context.settings.backups.map((kind) => kind.toUpperCase()).sort();
  const lists = await api(
    ...times(
      operations.backupSchedules,
      volumes.map((id) => ({ id })),
    ),
  );
  const others = volumes.filter((_, i) => {
    const now = lists[i]!.volumeInstanceBackupScheduleList.map(({ kind }) => kind).sort();
    return now.join() !== kinds.join();
  });
  if (others.length === 0) return;
  await api(
    ...times(
      operations.scheduleBackups,
      others.map((id) => ({ id, kinds })),
    ),
  );
}
