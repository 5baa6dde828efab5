import { ConductorError, exitCode } from '../../errors.ts';
import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import { PlatformRefusal } from '../refusal.ts';
import type { Rest } from '../rest.ts';
import { buildImage } from './build.ts';
import { follow } from './follow.ts';
import { label, prefixOf } from './names.ts';
import { nameOf, type Other, type Others, unreached, unreachedForGood } from './nodes.ts';
import { type EngineImage, type EngineNode, operations } from './operations.ts';
import { loginFor } from './registry.ts';
import { labelOf, listServices } from './services.ts';
import { type Site, streamed } from './site.ts';
import type { LoadedImage } from './spec.ts';

/** Fails for a service that there is no image of. */
export function requireImage({ name, image, dockerfile, static: files }: Service): void {
  if (image !== undefined || dockerfile !== undefined) return;
  throw new ConductorError({
    code: 'swarm.no-image',
    message: `The service ${name} has neither an image nor a Dockerfile, and a server of one's own runs images.`,
    hint: `${files === undefined ? '' : 'Files need a server in their image, such as Caddy or nginx. '}Give it a \`dockerfile\`, or an \`image\` of a registry.`,
    exit: exitCode.usage,
  });
}

/** Services with one Dockerfile share an image; its name says the release. */
const tagOf = (
  { context }: Pick<Site, 'context'>,
  { root, dockerfile }: Service,
  version: string,
): string => {
  const file = `${root}/${dockerfile}`
    .replaceAll(/[^a-zA-Z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .toLowerCase();
  return `${prefixOf(context)}/${file}:${version}`;
};

/**
 * The images of a release on every node, each built or pulled once, by service. A release that has run here gets exactly those that it ran
 * from, whatever their names mean by now; for a new one its registry is asked what a name means that is no digest.
 * @param say tells what is being done with which service
 * @throws {BuildFailed} {@link PlatformRefusal} `source` for one that no registry has
 */
export async function ensureImages(
  site: Site,
  release: Release,
  services: readonly Service[],
  say: (service: string, detail: string) => void,
): Promise<ReadonlyMap<string, LoadedImage>> {
  const loaded = new Map<string, LoadedImage>();
  const found = new Map<string, LoadedImage>();
  const built = services.find(({ image }) => image === undefined);
  const unsent = await (built
    ? unreachedForGood(site, (detail) => say(built.name, detail))
    : unreached(site));
  if (built && unsent.length > 0) throw nodeUnreached(site, unsent, built, await site.others());
  const before = await imagesOf(site, release.version);
  for (const service of services) {
    const exact = before.get(service.name);
    const name = exact ?? service.image ?? tagOf(site, service, release.version);
    let image = found.get(name);
    say(service.name, `looks for ${name}`);
    if (!image) {
      const build =
        service.image === undefined ? () => buildImage(site, release, service, name, say) : undefined;
      const told = (detail: string) => say(service.name, detail);
      if (!exact && !build && !name.includes('@')) await refresh(site, name, told);
      image = await ensureImage(site, name, told, build);
      // A node that we cannot send it to gets it from its registry, and so do the others then.
      const own = unsent.length > 0 ? await digestOf(site, name) : null;
      if (own === null) await sendEverywhere(site, name, image.reference, told);
      else image = { ...image, reference: own };
      found.set(name, image);
    }
    loaded.set(service.name, image);
  }
  return loaded;
}

/** What the services of a release run from, by name, as far as it can still be had. */
async function imagesOf(site: Site, version: string): Promise<ReadonlyMap<string, string>> {
  const images = new Map<string, string>();
  for (const one of await listServices(site, { [label.role]: 'service', [label.release]: version })) {
    const image = one.Spec.TaskTemplate.ContainerSpec.Image;
    if (image.includes('@') || (await lookFor(site, image)))
      images.set(labelOf(one, label.name) ?? '', image);
  }
  return images;
}

/** Pulls what a name means now; one that nobody but this server has stays as it is. */
async function refresh(site: Site, name: string, say: (detail: string) => void): Promise<void> {
  say(`asks for ${name}`);
  try {
    await pull(site, name);
  } catch (error) {
    if (!(error instanceof PlatformRefusal) || !(await lookFor(site, name))) throw error;
    say(`takes ${name} as it is on the server: ${error.message}`);
  }
}

/** An image of a registry, or one that `build` makes, on the node that is asked. */
export async function ensureImage(
  site: Site,
  name: string,
  say: (detail: string) => void = () => {},
  build?: () => Promise<void>,
): Promise<LoadedImage> {
  let image = await lookFor(site, name);
  if (!image) {
    if (build) await build();
    else {
      say(`pulls ${name}`);
      await pull(site, name);
    }
    image = await lookFor(site, name);
  }
  if (!image) throw new PlatformRefusal('Docker', 'source', { said: `${name} was made and is not there` });
  const { Entrypoint, Cmd, User } = image.Config ?? {};
  return {
    // By its id no node asks a registry for it, at no start.
    reference: image.Id,
    words: [...(Entrypoint ?? []), ...(Cmd ?? [])],
    user: User ?? '',
  };
}

/** How every node finds an image in the registry that it was pulled from: the very same one. */
async function digestOf(site: Site, name: string): Promise<string | null> {
  return (await lookFor(site, name))?.RepoDigests?.[0] ?? null;
}

/** The image lies on every node that we reach. */
async function sendEverywhere(
  site: Site,
  name: string,
  id: string,
  say: (detail: string) => void,
): Promise<void> {
  for (const other of (await site.others()).reached) {
    if (await lookFor(other, id)) continue;
    say(`sends ${name} to ${other.address}`);
    await sendImage(site, name, other);
    if (!(await lookFor(other, id)))
      throw new PlatformRefusal('Docker', 'source', { said: `${name} did not arrive at ${other.address}` });
  }
}

/** The images of these, by their ids, that a node does not have. */
export async function missingOn(other: Pick<Other, 'rest'>, images: Iterable<string>): Promise<string[]> {
  const missing: string[] = [];
  for (const id of images) if (!(await lookFor(other, id))) missing.push(id);
  return missing;
}

/** Replicas would be started on a node that has not their image. */
function nodeUnreached(
  { context }: Pick<Site, 'context'>,
  nodes: readonly EngineNode[],
  { name, dockerfile }: Service,
  { away }: Others,
): ConductorError {
  const names = nodes.map(nameOf).join(', ');
  const tried = away.map(({ why }) => ` ${why}`).join('');
  return new ConductorError({
    code: 'swarm.node-unreached',
    message: `The swarm starts replicas on ${names}, too, and the image of ${name}, which is built from ${dockerfile}, cannot be sent there.${tried}`,
    hint: `Name each node in \`nodes\` of swarm({ … }) by an address that lets you in. One that is to have no replicas: conductor server drain ${context.environment} ${nameOf(nodes[0]!)}`,
    exit: exitCode.checksFailed,
  });
}

/** An image that is there by its name or id; null where it is not. */
export async function lookFor({ rest }: { readonly rest: Rest }, name: string): Promise<EngineImage | null> {
  try {
    return await rest(operations.image, { path: { name } });
  } catch (error) {
    if (error instanceof PlatformRefusal && ['absent', 'source'].includes(error.refusal)) return null;
    throw error;
  }
}

async function pull(site: Site, name: string): Promise<void> {
  const stream = await streamed(site, {
    method: 'POST',
    headers: loginFor(site, name),
    path: `/images/create?${new URLSearchParams({ fromImage: name, ...(/[:@][^/]+$/.test(name) ? {} : { tag: 'latest' }) })}`,
  });
  const failure = await follow(stream, () => {});
  if (failure !== null)
    throw new PlatformRefusal('Docker', 'source', { said: `${name}: ${site.seen.redact(failure)}` });
}

/** From one engine to another, through this machine. */
export async function sendImage(
  site: Pick<Site, 'engine' | 'seen'>,
  name: string,
  other: Pick<Other, 'engine' | 'address'>,
): Promise<void> {
  const saved = await streamed(site, { method: 'GET', path: `/images/${encodeURIComponent(name)}/get` });
  const to = { engine: other.engine, seen: site.seen };
  const headers = { 'content-type': 'application/x-tar' };
  const answer = await streamed(to, { method: 'POST', path: '/images/load?quiet=1', headers, body: saved });
  const failure = await follow(answer, () => {});
  if (failure !== null)
    throw new PlatformRefusal('Docker', 'other', { said: `${other.address}: ${failure}` });
}
