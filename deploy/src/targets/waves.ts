import type { Release } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import type { Unit } from './rollout.ts';

/**
 * The order on platforms that deploy each service by itself: first the one that runs the release task, because the others
 * need what it prepares; then the rest together; last those of which there must be one at a time, so that the moment in which
 * the platform runs the old beside the new comes when all else is proven.
 */
export function waves(release: Release, services: readonly Service[]): Unit[][] {
  const unit = (service: Service): Unit => ({ name: service.name, services: [service] });
  const first = services.filter(({ name }) => name === release.task?.service);
  const last = services.filter((service) => service.singleton && !first.includes(service));
  const rest = services.filter((service) => !first.includes(service) && !last.includes(service));
  return [first, rest, last].filter((wave) => wave.length > 0).map((wave) => wave.map(unit));
}
