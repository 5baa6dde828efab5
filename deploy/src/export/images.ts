import type { DescribedService } from '../config/description.ts';

/** `backend` of `docker/backend/Dockerfile`: services that share a Dockerfile share an image. */
export const imageName = ({ dockerfile, name }: DescribedService): string =>
  dockerfile?.split('/').at(-2) ?? name;

/** What is built once, and who it is for. */
export interface BuiltImage {
  readonly name: string;
  /** Folder that the build sees, and its Dockerfile there. */
  readonly context: string;
  readonly dockerfile: string;
  /** Variable by which the config is told its digest: `image: process.env.BACKEND_IMAGE`. */
  readonly variable: string;
}

/** The images of the services that have a Dockerfile, each once. */
export function imagesOf(services: readonly DescribedService[]): BuiltImage[] {
  const images = new Map<string, BuiltImage>();
  const isTaken = (name: string) => [...images.values()].some((image) => image.name === name);
  for (const service of services) {
    const { dockerfile, root: context } = service;
    const key = `${context} ${dockerfile}`;
    if (dockerfile === undefined || images.has(key)) continue;
    const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-');
    const wanted = plain(imageName(service));
    const name = isTaken(wanted) ? plain(service.name) : wanted;
    const variable = `${name.toUpperCase().replaceAll('-', '_')}_IMAGE`;
    images.set(key, { name, context, dockerfile, variable });
  }
  return [...images.values()];
}
