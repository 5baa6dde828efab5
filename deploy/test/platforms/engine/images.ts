import { Readable } from 'node:stream';
import { type Call, done, type Handlers, lines, ok } from './call.ts';
import { type Cluster, iso, type Task } from './cluster.ts';
import { filtersOf, fits, labelled } from './filters.ts';
import { type Image, tagged } from './image-store.ts';
import { hasContainer } from './orchestrator.ts';
import { noSpace, Refused } from './refused.ts';
import { packed, unpacked } from './tar.ts';

export interface Registry {
  /** It can be reached and has this name. */
  has(name: string): boolean;
  /** It lets in whoever shows this login; null: none. Nobody may show it one that is another registry's. */
  lets(name: string, login: unknown): boolean;
  /** What the image of this name is made of. */
  contentOf(name: string): string;
  /** Takes an image that is pushed to it. */
  push(name: string, image: Image): void;
}

/** How an engine that is full says it amid an answer that has begun well. */
export const fullLine = (path: string): unknown => {
  const { message } = noSpace(path);
  return { errorDetail: { message }, error: message };
};

/** Images on the machine that is asked. */
export function images(cluster: Cluster, registry: Registry): Handlers {
  const get = ({ path, node }: Call) => node.images.get(path.name!);
  return {
    ImageList: ({ query, node }) => {
      const filters = filtersOf(query, ['before', 'dangling', 'label', 'reference', 'since']);
      const found = node.images.images.filter(
        (one) =>
          labelled(filters, one.labels) &&
          fits(
            filters,
            'dangling',
            (value) => (value === 'true' || value === '1') === (one.tags.size === 0),
          ) &&
          fits(filters, 'reference', (value) => [...one.tags].some((tag) => refers(value, tag))),
      );
      return ok(found.map(imageSummary));
    },
    ImageInspect: ({ path, node }) => {
      const name = path.name!;
      const image = node.images.find(name);
      const said = name.startsWith('sha256:') ? name : tagged(name);
      if (!image) throw new Refused(404, `no such image: ${name}: No such image: ${said}`);
      return ok(imageNode(image));
    },
    ImageCreate: ({ query, node, headers }) => {
      const from = query.get('fromImage') ?? '';
      const tag = query.get('tag') ?? '';
      const name = tag === '' ? tagged(from) : `${from}${tag.startsWith('sha256:') ? '@' : ':'}${tag}`;
      if (!registry.has(name))
        throw new Refused(
          404,
          `pull access denied for ${from}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
        );
      const shown = headers['x-registry-auth'];
      const login =
        shown === undefined ? null : JSON.parse(Buffer.from(String(shown), 'base64url').toString());
      if (!registry.lets(name, login))
        throw new Refused(
          500,
          `Head "https://${from.split('/')[0]}/v2/manifests/${tag || 'latest'}": unauthorized: authentication required`,
        );
      const begun = [
        { status: `Pulling from ${from}`, id: tag || 'latest' },
        { status: 'Pulling fs layer', progressDetail: {}, id: '1b930d010525' },
      ];
      if (cluster.diskFull) return lines(...begun, fullLine('/var/lib/docker/tmp/GetImageBlob1'));
      const blank = node.images.blank(registry.contentOf(name), cluster.now);
      const fresh = !node.images.find(name);
      node.images.add({
        ...blank,
        ...(name.includes('@') ? { digests: new Set([name]) } : { tags: new Set([name]) }),
      });
      return lines(
        ...begun,
        { status: 'Pull complete', progressDetail: {}, id: '1b930d010525' },
        { status: `Status: ${fresh ? 'Downloaded newer image' : 'Image is up to date'} for ${name}` },
      );
    },
    ImageTag: (call) => {
      const image = get(call);
      const repository = call.query.get('repo') ?? '';
      call.node.images.tag(image, `${repository}:${call.query.get('tag') || 'latest'}`);
      return done(201);
    },
    ImagePush: (call) => {
      const name = `${call.path.name!}:${call.query.get('tag') || 'latest'}`;
      const image = call.node.images.find(name);
      if (!image) throw new Refused(404, `An image does not exist locally with the tag: ${call.path.name}`);
      const digest = image.id;
      registry.push(name, image);
      registry.push(`${call.path.name}@${digest}`, image);
      image.digests.add(`${call.path.name}@${digest}`);
      return lines(
        { status: `The push refers to repository [${call.path.name}]` },
        { status: `${call.query.get('tag') || 'latest'}: digest: ${digest} size: 1570` },
        { progressDetail: {}, aux: { Tag: call.query.get('tag') || 'latest', Digest: digest, Size: 1_570 } },
      );
    },
    ImageDelete: (call) => {
      const { node } = call;
      const image = get(call);
      const name = call.path.name!;
      const isId = image.id === name || image.id.startsWith(`sha256:${name}`);
      const short = image.id.slice(7, 19);
      const user = cluster.tasks.find((one) => one.node === node && uses(one, image));
      const forced = ['1', 'true'].includes(call.query.get('force') ?? '');
      const others = image.tags.size + image.digests.size;
      if (user && (isId || others < 2) && (hasContainer(user) || !forced)) {
        const container = user.containerId!.slice(0, 12);
        throw new Refused(
          409,
          !isId
            ? `conflict: unable to remove repository reference "${name}" (must force) - container ${container} is using its referenced image ${short}`
            : hasContainer(user)
              ? `conflict: unable to delete ${short} (cannot be forced) - image is being used by running container ${container}`
              : `conflict: unable to delete ${short} (must be forced) - image is being used by stopped container ${container}`,
        );
      }
      if (isId && image.tags.size > 1 && !forced)
        throw new Refused(
          409,
          `conflict: unable to delete ${short} (must be forced) - image is referenced in multiple repositories`,
        );
      const untagged = isId ? [...image.tags, ...image.digests] : [tagged(name)];
      for (const one of untagged) {
        image.tags.delete(one);
        image.digests.delete(one);
      }
      const gone = image.tags.size + image.digests.size === 0;
      if (gone) node.images.remove(image);
      return ok([...untagged.map((one) => ({ Untagged: one })), ...(gone ? [{ Deleted: image.id }] : [])]);
    },
    ImagePrune: ({ query, node }) => {
      const filters = filtersOf(query, ['dangling', 'label', 'label!', 'until']);
      const all = filters.get('dangling')?.[0] === 'false' || filters.get('dangling')?.[0] === '0';
      const gone = node.images.images.filter(
        (one) =>
          (all || one.tags.size === 0) &&
          labelled(filters, one.labels) &&
          !cluster.tasks.some((task) => task.node === node && uses(task, one)),
      );
      for (const one of gone) node.images.remove(one);
      return ok({
        ImagesDeleted: gone.map(({ id }) => ({ Deleted: id })),
        SpaceReclaimed: gone.reduce((sum, { size }) => sum + size, 0),
      });
    },
    ImageGet: (call) => saved(call, [call.path.name!]),
    ImageGetAll: (call) =>
      saved(
        call,
        call.query.getAll('names').flatMap((one) => one.split(',')),
      ),
    ImageLoad: ({ bytes, node }) => {
      const entries = unpacked(bytes);
      const text = (name: string) => entries.find((one) => one.name === name)?.data.toString('utf8');
      const manifest = text('manifest.json');
      const broken = 'Error processing tar file(exit status 1): unexpected EOF';
      if (manifest === undefined) return lines({ errorDetail: { message: broken }, error: broken });
      if (cluster.diskFull) return lines(fullLine('/var/lib/docker/tmp/docker-import-1/layer.tar'));
      const said = (JSON.parse(manifest) as { Config: string; RepoTags: string[] | null }[]).flatMap(
        (one) => {
          const config = JSON.parse(text(one.Config) ?? '{}') as {
            architecture?: string;
            created?: string;
            config?: { Labels?: Record<string, string> | null };
          };
          const id = `sha256:${/[0-9a-f]{64}/.exec(one.Config)?.[0]}`;
          const tags = one.RepoTags ?? [];
          node.images.add({
            ...node.images.blank(
              one.Config,
              Date.parse(config.created ?? iso(cluster.now)),
              config.config?.Labels ?? {},
            ),
            id,
            architecture: config.architecture ?? 'amd64',
            config: config.config ?? {},
            tags: new Set(tags),
          });
          return tags.length > 0
            ? tags.map((tag) => ({ stream: `Loaded image: ${tag}\n` }))
            : [{ stream: `Loaded image ID: ${id}\n` }];
        },
      );
      return lines(...said);
    },
  };
}

/** A container of the task is made of the image. */
export const uses = ({ containerId, spec }: Task, image: Image): boolean => {
  const name = spec.ContainerSpec?.Image ?? '';
  return (
    containerId !== null &&
    (image.id === name || image.tags.has(tagged(name)) || image.digests.has(tagged(name)))
  );
};

/** A tag is named as a whole or without what comes after the colon; `*` stands for anything but a slash. */
function refers(pattern: string, tag: string): boolean {
  const source = pattern.replace(/[.+^${}()|[\]\\?]/g, '\\$&').replaceAll('*', '[^/]*');
  return new RegExp(`^${source}$`).test(tag) || new RegExp(`^${source}$`).test(tag.replace(/:[^:/]*$/, ''));
}

function saved({ node }: Call, names: readonly string[]) {
  const all = names.map((name) => {
    const image = node.images.find(name);
    if (!image) throw new Refused(404, `No such image: ${name}`);
    const tags = image.id === name ? [] : [tagged(name)];
    return { image, tags, file: `${image.id.slice(7)}.json` };
  });
  const manifest = all.map(({ tags, file }) => ({
    Config: file,
    RepoTags: tags.length ? tags : null,
    Layers: [],
  }));
  const tar = packed([
    ...all.map(({ image, file }) => ({
      name: file,
      data: Buffer.from(
        JSON.stringify({
          architecture: image.architecture,
          os: 'linux',
          created: iso(image.createdAt),
          config: image.config,
        }),
      ),
    })),
    { name: 'manifest.json', data: Buffer.from(JSON.stringify(manifest)) },
  ]);
  return { status: 200, headers: { 'content-type': 'application/x-tar' }, stream: Readable.from([tar]) };
}

export const imageSummary = (image: Image): Record<string, unknown> => ({
  Containers: -1,
  Created: Math.floor(image.createdAt / 1_000),
  Id: image.id,
  Labels: Object.keys(image.labels).length ? image.labels : null,
  ParentId: '',
  RepoDigests: image.digests.size ? [...image.digests] : null,
  RepoTags: image.tags.size ? [...image.tags] : ['<none>:<none>'],
  SharedSize: -1,
  Size: image.size,
  VirtualSize: image.size,
});

const imageNode = (image: Image): Record<string, unknown> => ({
  Id: image.id,
  RepoTags: [...image.tags],
  RepoDigests: [...image.digests],
  Parent: '',
  Comment: '',
  Created: iso(image.createdAt),
  Container: '',
  DockerVersion: '20.10.24',
  Author: '',
  Config: { ...image.config, Labels: Object.keys(image.labels).length ? image.labels : null },
  Architecture: image.architecture,
  Os: 'linux',
  Size: image.size,
  VirtualSize: image.size,
  GraphDriver: { Name: 'overlay2', Data: {} },
  RootFS: { Type: 'layers', Layers: [image.id] },
  Metadata: { LastTagTime: iso(image.createdAt) },
});
