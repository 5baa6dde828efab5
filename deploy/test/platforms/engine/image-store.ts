import { imageId } from './ids.ts';
import { Refused } from './refused.ts';

export interface Image {
  readonly id: string;
  readonly tags: Set<string>;
  /** `name@sha256:…` of what came from a registry. */
  readonly digests: Set<string>;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly size: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly architecture: string;
}

/** As the engine says it: without Docker's own registry, which all names without one are of. */
export const familiar = (name: string): string => name.replace(/^docker\.io\/(library\/)?/, '');

/** A name without a tag is its `latest`. */
export const tagged = (name: string): string =>
  name.includes('@') || /:[\w][\w.-]*$/.test(name) ? familiar(name) : `${familiar(name)}:latest`;

/** Images on the disk of one node. */
export class ImageStore {
  readonly images: Image[] = [];

  find(name: string): Image | undefined {
    const byId = this.images.find(({ id }) => id === name || id === `sha256:${name}`);
    if (byId) return byId;
    const wanted = tagged(name);
    const byName = this.images.find(({ tags, digests }) => tags.has(wanted) || digests.has(wanted));
    if (byName || !/^[0-9a-f]{6,64}$/.test(name)) return byName;
    return this.images.find(({ id }) => id.startsWith(`sha256:${name}`));
  }

  get(name: string): Image {
    const image = this.find(name);
    if (!image) throw new Refused(404, `No such image: ${tagged(name)}`);
    return image;
  }

  /** An image of which nothing is known but that it is there; its id comes of `content`. */
  blank(content: string, createdAt: number, labels: Readonly<Record<string, string>> = {}): Image {
    return {
      id: imageId(content),
      tags: new Set(),
      digests: new Set(),
      labels,
      createdAt,
      size: 100_000_000,
      config: { Labels: labels, Entrypoint: null, Cmd: ['node'] },
      architecture: 'amd64',
    };
  }

  /** One image has a tag at a time. */
  tag(image: Image, tag: string): void {
    for (const one of this.images) one.tags.delete(tagged(tag));
    image.tags.add(tagged(tag));
  }

  /** The same image twice is one. */
  add(image: Image): Image {
    const there = this.images.find(({ id }) => id === image.id);
    const kept = there ?? { ...image, tags: new Set<string>(), digests: new Set<string>() };
    if (!there) this.images.push(kept);
    for (const tag of image.tags) this.tag(kept, tag);
    for (const digest of image.digests) kept.digests.add(familiar(digest));
    return kept;
  }

  remove(image: Image): void {
    this.images.splice(this.images.indexOf(image), 1);
  }
}
