import { ConductorError, exitCode } from '../../errors.ts';
import type { Service } from '../../model/service.ts';
import type { ConfigThere } from './desired.ts';
import type { RailwayService } from './environment.ts';
import type { RailwaySettings } from './index.ts';
import { operations } from './operations.ts';
import type { Site } from './site.ts';

type Regions = Readonly<Record<string, { readonly numReplicas?: number | null } | null>>;

/** Regions in which Railway runs a service, with its replicas there. */
export const regionsOf = (observed: ConfigThere): [string, { readonly numReplicas?: number | null }][] =>
  Object.entries((observed?.deploy?.multiRegionConfig ?? {}) as Regions).flatMap(([name, region]) =>
    region ? [[name, region]] : [],
  );

/** Replicas that Railway is to run of a service. One that has no place yet gets one. */
export function replicasOf(observed: ConfigThere): number {
  const placed = regionsOf(observed).reduce((sum, [, { numReplicas }]) => sum + (numReplicas ?? 1), 0);
  return placed || Number(observed?.deploy?.numReplicas ?? 1);
}

/**
 * Where the replicas run: in one region, the others emptied, since Railway would go on in both. Without a `region` it stays where it is,
 * and a service that is nowhere yet, where the workspace prefers it. The old field of Railway for that is never written.
 * @throws {ConductorError} `railway.region-needed` (exit 2): several replicas, and nobody knows where.
 */
export function placement(
  service: Service,
  { region }: RailwaySettings,
  observed: ConfigThere,
): Record<string, unknown> {
  const now = regionsOf(observed);
  const place = region ?? now[0]?.[0];
  if (place === undefined) {
    if (service.replicas === 1 && replicasOf(observed) === 1) return {};
    throw new ConductorError({
      code: 'railway.region-needed',
      message: `${service.name} is to have ${service.replicas} replicas, and Railway does not tell in which region.`,
      hint: 'Set `region` in railway({ … }), such as `europe-west4-drams3a`.',
      exit: exitCode.usage,
    });
  }
  const others = now.filter(([name]) => name !== place).map(([name]) => [name, null]);
  const here = { ...Object.fromEntries(now)[place], numReplicas: service.replicas };
  return { multiRegionConfig: { [place]: here, ...Object.fromEntries(others) } };
}

/** The settings for one service: with the region that the workspace prefers, where the service needs one and has none. */
export async function settingsAt(
  { api, place, context: { settings } }: Pick<Site, 'api' | 'place' | 'context'>,
  { config }: Pick<RailwayService, 'config'>,
  { replicas }: Pick<Service, 'replicas'>,
): Promise<RailwaySettings> {
  if (settings.region || replicas === 1 || regionsOf(config).length > 0 || !place.workspace) return settings;
  const { workspace } = await api(operations.preferredRegion, { workspace: place.workspace });
  return { ...settings, region: workspace.preferredRegion ?? undefined };
}
