import { ConductorError, exitCode } from '../../errors.ts';
import type { StoreUpgrade } from '../../model/observed.ts';
import { poll } from '../poll.ts';
import { PlatformRefusal } from '../refusal.ts';
import { ensureImage, lookFor } from './images.ts';
import { label, storeName } from './names.ts';
import type { EngineService } from './operations.ts';
import { containerAmong, labelOf, serviceNamed, setLabels, tasksOf, updateService } from './services.ts';
import type { Site } from './site.ts';
import { storeIsReady } from './stores.ts';
import { wordsOf } from './tasks.ts';

/** Milliseconds in which a store is up: it may have to bring its files to another form. */
const patience = 180_000;

/** Name of the image that a store runs from; its id where that is all that is known. */
export async function imageOfStore(site: Site, service: EngineService): Promise<string> {
  const named = labelOf(service, label.image);
  if (named) return named;
  // Made before its name was kept.
  const id = service.Spec.TaskTemplate.ContainerSpec.Image;
  return (await lookFor(site, id))?.RepoTags?.[0] ?? id;
}

/** `mongo:8.0` and `docker.io/library/mongo:8.0` are one. */
export const isSameImage = (one: string, other: string): boolean => familiar(one) === familiar(other);

const familiar = (name: string): string => name.replace(/^docker\.io\/(library\/)?/, '');

/**
 * A store starts again from another image, on the same data. One that does not come up, or is called off while it does, is started as it was
 * before.
 * @throws {ConductorError} `swarm.store-upgrade` (exit 4: it runs as before; exit 7: it does not, either)
 */
export async function upgradeStore(
  site: Site,
  { store, from, to }: StoreUpgrade & { readonly store: string },
): Promise<void> {
  const kind = site.context.stores.find(({ name }) => name === store)!.kind;
  const service = await serviceNamed(site, storeName(site.context, store));
  if (!service) throw new PlatformRefusal('Docker', 'absent', { said: `there is no store ${store}` });
  const current = service.Spec.TaskTemplate.ContainerSpec.Image;
  // All of it is there before anything stops.
  const { reference } = await ensureImage(site, to);
  // Cut off half-way it runs from the new one already, and still has the name of the one before.
  const before = current === reference ? (await ensureImage(site, from)).reference : current;
  await restart(site, service.ID, reference);
  const why = await whyNotUp(site, service.ID, reference, kind).catch(messageOf);
  if (why === null) return setLabels(site, service.ID, { [label.image]: to });
  await restart(site, service.ID, before);
  const still = await whyNotUp(site, service.ID, before, kind).catch(messageOf);
  throw new ConductorError({
    code: 'swarm.store-upgrade',
    message: `${store} does not come up as ${to}: ${why}. ${still === null ? `It runs as ${from} again.` : `As ${from} it does not, either: ${still}.`}`,
    hint: `See what it says: docker service logs ${service.Spec.Name}. A database can often be brought to the next version only, one at a time.`,
    exit: still === null ? exitCode.deployFailed : exitCode.unknown,
  });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const restart = (site: Site, id: string, reference: string): Promise<void> =>
  updateService(site, id, (spec) => ({
    ...spec,
    TaskTemplate: {
      ...spec.TaskTemplate,
      ContainerSpec: { ...spec.TaskTemplate.ContainerSpec, Image: reference },
    },
  }));

/** Null when it takes requests from that image. */
async function whyNotUp(
  site: Site,
  id: string,
  reference: string,
  kind: Parameters<typeof storeIsReady>[2],
): Promise<string | null> {
  let why = 'it does not start';
  const up = await poll(
    async () => {
      const tasks = (await tasksOf(site, id)).filter(({ Spec }) => Spec.ContainerSpec?.Image === reference);
      const container = containerAmong(site, tasks);
      if (tasks[0] && !container) why = wordsOf(tasks[0]);
      if (!container) return tasks.filter(({ Status }) => Status.State === 'failed').length > 2 ? 'no' : null;
      why = 'it takes no requests';
      return (await storeIsReady(site, container, kind)) ? 'yes' : null;
    },
    { clock: site.clock, within: patience, pace: { first: 250, factor: 1.5, most: 3_000 } },
  );
  return up === 'yes' ? null : why;
}
