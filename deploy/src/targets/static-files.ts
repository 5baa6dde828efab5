import type { Finding } from '../model/finding.ts';
import type { Service } from '../model/service.ts';

/** Services whose files nothing there serves: they have neither a server of their own nor an image that brings one. */
export const servedByNothing = (services: readonly Service[]): Service[] =>
  services.filter(({ static: files, image, dockerfile }) => files && !image && !dockerfile);

/** What a platform that runs images has to say of them. */
export function unservedFinding(platform: string, services: readonly Service[]): Finding[] {
  const names = servedByNothing(services).map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    {
      level: 'failure',
      title: `${platform} runs images, and no image serves the files of ${names.join(', ')}`,
      fix: `Give services.${names[0]}.dockerfile an image with a server for them; docs/guides/static-files.md has one of five lines.`,
    },
  ];
}
