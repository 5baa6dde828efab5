import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { ConductorError, exitCode } from '../../errors.ts';
import { cleanEnvironment } from '../../model/clean-environment.ts';
import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import { PlatformRefusal } from '../refusal.ts';
import type { Rest } from '../rest.ts';
import { exportSource } from '../source.ts';
import { label, labelsOf, prefixOf } from './names.ts';
import { nameOf, type Other, type Others, unreached, unreachedForGood } from './nodes.ts';
import { type EngineImage, type EngineNode, operations } from './operations.ts';
import { type Site, streamed } from './site.ts';
import type { LoadedImage } from './spec.ts';

/** An image could not be built. */
export class BuildFailed extends Error {
  readonly lines: readonly string[];
  constructor(message: string, lines: readonly string[]) {
    super(message);
    this.lines = lines;
  }
}

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
 * The images of a release on every node, each built or pulled once, by service. What is there already is taken as it is.
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
  for (const service of services) {
    const name = service.image ?? tagOf(site, service, release.version);
    let image = found.get(name);
    say(service.name, `looks for ${name}`);
    if (!image) {
      const build =
        service.image === undefined ? () => buildImage(site, release, service, name, say) : undefined;
      const told = (detail: string) => say(service.name, detail);
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

const message = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
});

/** What the engine tells while it works, a document of JSON each line; the last one may be why it has failed. */
async function follow(stream: Readable, line: (text: string) => void): Promise<string | null> {
  let failure: string | null = null;
  for await (const text of createInterface({ input: stream })) {
    if (text.trim() === '') continue;
    const { stream: said, error } = message.parse(JSON.parse(text));
    if (said?.trim()) line(said.trimEnd());
    if (error !== undefined) failure = error;
  }
  return failure;
}

async function pull(site: Site, name: string): Promise<void> {
  const stream = await streamed(site, {
    method: 'POST',
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

/** Lines of a build that are kept to be shown should it fail. */
const keptLines = 30;

/** Builds on the server, from exactly the source of the release; layers of earlier builds are used again. */
async function buildImage(
  site: Site,
  release: Release,
  service: Service,
  tag: string,
  say: (service: string, detail: string) => void,
): Promise<void> {
  say(service.name, `builds ${service.dockerfile}`);
  const folder = await mkdtemp(join(tmpdir(), 'conductor-build-'));
  try {
    await exportSource(site.context.root, release.dirty ? null : release.commit, folder);
    const query = new URLSearchParams({
      t: tag,
      dockerfile: service.dockerfile!,
      buildargs: JSON.stringify({ VERSION: release.version, COMMIT: release.commit ?? 'unknown' }),
      labels: JSON.stringify(labelsOf(site.context, 'service', { [label.release]: release.version })),
      forcerm: '1',
    });
    const source = tar(join(folder, service.root));
    const stream = await streamed(site, {
      method: 'POST',
      path: `/build?${query}`,
      headers: { 'content-type': 'application/x-tar' },
      body: source,
    });
    const lines: string[] = [];
    const failure = await follow(stream, (text) => {
      lines.push(site.seen.redact(text));
      if (lines.length > keptLines) lines.shift();
      if (/^Step \d+\/\d+ : /.test(text)) say(service.name, text.slice(0, 120));
    });
    if (failure !== null)
      throw new BuildFailed(`${service.dockerfile} could not be built: ${site.seen.redact(failure)}`, lines);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A folder as the engine takes one. */
function tar(folder: string): Readable {
  const env = { ...cleanEnvironment(), COPYFILE_DISABLE: '1' };
  const child = spawn('tar', ['-cf', '-', '-C', folder, '.'], { stdio: ['ignore', 'pipe', 'ignore'], env });
  child.once('error', (error) => child.stdout.destroy(error));
  child.once('close', (code) => {
    if (code !== 0 && code !== null) child.stdout.destroy(new Error(`tar ended with ${code}`));
  });
  return child.stdout;
}
