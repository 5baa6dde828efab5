import { poll } from '../poll.ts';
import { PlatformRefusal } from '../refusal.ts';
import { label, oursFilter } from './names.ts';
import { type EngineService, operations } from './operations.ts';
import { labelOf, listServices, removeService, tasksOfAll } from './services.ts';
import type { Site } from './site.ts';

/** Milliseconds for containers of a release that is taken away to end, and then to be taken away themselves: an image goes only after them. */
const ending = 10_000;
const leaving = 5_000;

/** Takes a release away: its services, and then the secrets that nothing uses any more. */
export async function removeRelease(site: Site, version: string): Promise<void> {
  const services = await listServices(site, { [label.release]: version });
  for (const { ID } of services) await removeService(site, ID);
  await removeSecrets(site, (release) => release === version);
  const ended = async () => {
    const left = await tasksOfAll(site);
    return services.every(({ ID }) => !left.has(ID)) || null;
  };
  const pace = { first: 250, factor: 1.5, most: 1_000 };
  await poll(ended, { clock: site.clock, within: ending, pace }).catch(() => {});
}

/** Of these, the release that was the last to serve as a whole; undefined: none has. */
export function lastProven(services: readonly EngineService[]): string | undefined {
  const proven = services.filter((one) => labelOf(one, label.proven) !== undefined);
  const [latest] = proven.toSorted((a, b) =>
    labelOf(a, label.proven)! < labelOf(b, label.proven)! ? 1 : -1,
  );
  return latest && labelOf(latest, label.release);
}

/** Releases before the one that served before: nobody goes back to them in a moment any more. */
export async function pruneReleases(site: Site, live: string): Promise<void> {
  const services = await listServices(site, { [label.role]: 'service' });
  const before = lastProven(services.filter((one) => labelOf(one, label.release) !== live));
  const kept = new Set<string | undefined>([live, before]);
  for (const one of services) if (!kept.has(labelOf(one, label.release))) await removeService(site, one.ID);
  // Of a `server drain` that was killed: they would go on with a release that has ended.
  for (const one of await listServices(site, { [label.role]: 'replacement' }))
    if (labelOf(one, label.release) !== live) await removeService(site, one.ID);
  await removeSecrets(site, (release) => !kept.has(release));
}

async function removeSecrets({ rest, context }: Site, isOld: (release: string) => boolean): Promise<void> {
  const secrets = await rest(operations.secrets, { query: { filters: oursFilter(context) } });
  for (const { ID, Spec } of secrets) {
    const release = Spec.Labels[label.release];
    // Those of stores belong to no release.
    if (release !== undefined && isOld(release)) await removeSecret(rest, ID);
  }
}

/** One that a container still uses stays until the next deploy. */
async function removeSecret(rest: Site['rest'], id: string): Promise<void> {
  try {
    await rest(operations.deleteSecret, { path: { id } });
  } catch (error) {
    if (!/in use/.test(String((error as Error).message))) throw error;
  }
}

/** Images that were built for releases which are gone. Others' images, and those of a registry, are not ours to remove. */
export async function pruneImages(site: Site): Promise<void> {
  const gone = async () => (await tryImages(site)) || null;
  await poll(gone, { clock: site.clock, within: leaving, pace: { first: 500, factor: 1.5, most: 2_000 } });
}

/** @returns whether none is left; a container that has just ended holds its image a moment longer */
async function tryImages(site: Site): Promise<boolean> {
  const services = await listServices(site, { [label.role]: 'service' });
  const kept = new Set(services.map((one) => labelOf(one, label.release)));
  const troubles: unknown[] = [];
  let none = true;
  // One that is away has them taken away by a later deploy; what is wrong with one is no reason to leave them on the others.
  for (const node of [site, ...(await site.others()).reached])
    try {
      none = (await pruneImagesOf(node, site, kept)) && none;
    } catch (error) {
      troubles.push(error);
    }
  if (troubles.length > 0) throw troubles[0];
  return none;
}

async function pruneImagesOf(
  { rest }: Pick<Site, 'rest'>,
  { context }: Pick<Site, 'context'>,
  kept: ReadonlySet<string | undefined>,
): Promise<boolean> {
  const images = await rest(operations.images, { query: { filters: oursFilter(context) } });
  const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []);
  let none = true;
  for (const name of tags.filter((tag) => !kept.has(tag.slice(tag.lastIndexOf(':') + 1)))) {
    try {
      await rest(operations.deleteImage, { path: { name } });
    } catch (error) {
      if (!(error instanceof PlatformRefusal) || !/conflict|in use|being used/i.test(error.message))
        throw error;
      none = false;
    }
  }
  return none;
}
