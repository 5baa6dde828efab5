import type { Redis } from 'ioredis';
import { isEmbedded, type Mongo } from '../mongo/mongo.ts';
import type { Settings } from '../settings.ts';

/** `healthy`, or `unhealthy: <reason>` with a reason that names no host, user or password. */
export type ServiceHealth = string;
export type Probe = () => Promise<unknown>;

const deadlineMs = 1000;

/** Asks one store within its own deadline. Never throws. */
export async function probe(ask: Probe, deadline = deadlineMs): Promise<ServiceHealth> {
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(() => timer.reject(new Error('timeout')), deadline);
  try {
    await Promise.race([ask(), timer.promise]);
    return 'healthy';
  } catch (error) {
    return `unhealthy: ${shortReason(error)}`;
  } finally {
    clearTimeout(timeout);
  }
}

/**
 * Probes of everything the CRM cannot work without. In production an embedded store is no healthy one, also when it
 * could not be asked at the start.
 */
export function storeProbes(
  { mongo, redis }: { mongo: Mongo; redis: Redis },
  settings: Pick<Settings, 'ENVIRONMENT'>,
): Record<'mongodb' | 'redis', Probe> {
  let known = settings.ENVIRONMENT !== 'production';
  return {
    mongodb: async () => {
      if (known) return mongo.db.command({ ping: 1 });
      if (await isEmbedded(mongo)) throw new EmbeddedStoreError();
      known = true;
      return undefined;
    },
    redis: () => redis.ping(),
  };
}

class EmbeddedStoreError extends Error {}

/** All probes at once, so the slowest decides how long it takes. */
export async function probeAll<Name extends string>(
  probes: Record<Name, Probe>,
): Promise<Record<Name, ServiceHealth>> {
  const entries = Object.entries(probes) as [Name, Probe][];
  const results = await Promise.all(entries.map(async ([name, ask]) => [name, await probe(ask)] as const));
  return Object.fromEntries(results) as Record<Name, ServiceHealth>;
}

/** A few words chosen by us: a driver's own message may hold addresses and user names. */
function shortReason(error: unknown): string {
  if (error instanceof EmbeddedStoreError) return 'embedded store in production';
  const text =
    error instanceof Error
      ? `${error.name} ${error.message} ${(error as { code?: unknown }).code ?? ''}`
      : '';
  if (/timeout|timed out|ServerSelection/i.test(text)) return 'no answer in time';
  if (/auth|NOAUTH|WRONGPASS/i.test(text)) return 'authentication refused';
  if (/ECONNREFUSED/.test(text)) return 'connection refused';
  if (/closed|ECONNRESET|EPIPE|writeable|Network/i.test(text)) return 'not connected';
  if (/LOADING/.test(text)) return 'still loading its data';
  return 'error';
}
