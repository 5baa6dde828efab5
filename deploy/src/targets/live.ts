import type { ObservedService } from '../model/observed.ts';

/**
 * The release that an environment serves, on a platform that deploys each service by itself. A service that is down, or that runs what
 * nobody has deployed through us, does not speak for the others; services of two releases are a deploy that is not finished, so neither
 * of them is live as a whole.
 */
export function liveOf(services: readonly Pick<ObservedService, 'version'>[]): string | null {
  const versions = new Set(services.flatMap(({ version }) => version ?? []));
  return versions.size === 1 ? [...versions][0]! : null;
}
