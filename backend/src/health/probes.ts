import type { Redis } from 'ioredis';
import { isEmbedded, type Mongo } from '../mongo/mongo.ts';
import type { Settings } from '../settings.ts';
import { EmbeddedStoreError, storeFailure, unhealthy } from './store-failures.ts';
import { writeProbe } from './write-probe.ts';

/** `healthy`, or `unhealthy: <reason>` with a reason that names no host, user or password. */
export type ServiceHealth = string;
export type Probe = () => Promise<unknown>;

/** Less than the 2 s that the local target and most platforms give an answer. */
const deadlineMs = 1500;

/** Asks one store within its own deadline. Never throws. */
export async function probe(ask: Probe, deadline = deadlineMs): Promise<ServiceHealth> {
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(() => timer.reject(new Error('timeout')), deadline);
  try {
    await Promise.race([ask(), timer.promise]);
    return 'healthy';
  } catch (error) {
    return unhealthy(storeFailure(error));
  } finally {
    clearTimeout(timeout);
  }
}

/**
 * Probes of everything the CRM cannot work without: able means that it can write. In production an embedded store is no healthy
 * one, also when it could not be asked at the start.
 */
export function storeProbes(
  { mongo, redis }: { mongo: Mongo; redis: Redis },
  settings: Pick<Settings, 'ENVIRONMENT'>,
): Record<'mongodb' | 'redis', Probe> {
  const write = writeProbe(mongo);
  let known = settings.ENVIRONMENT !== 'production';
  return {
    mongodb: async () => {
      if (!known) {
        if (await isEmbedded(mongo)) throw new EmbeddedStoreError();
        known = true;
      }
      await write();
    },
    redis: () => redis.set('conductor:health', '1', 'PX', 60_000),
  };
}

/** All probes at once, so the slowest decides how long it takes. */
export async function probeAll<Name extends string>(
  probes: Record<Name, Probe>,
): Promise<Record<Name, ServiceHealth>> {
  const entries = Object.entries(probes) as [Name, Probe][];
  const results = await Promise.all(entries.map(async ([name, ask]) => [name, await probe(ask)] as const));
  return Object.fromEntries(results) as Record<Name, ServiceHealth>;
}
