import type { Redis } from 'ioredis';
import { z } from 'zod';

const periodMs = 5000;
const key = (service: string) => `conductor:heartbeat:${service}`;

/** A sign of life of a process that serves no public address. */
export const heartbeatSchema = z.object({ version: z.string(), lastSeen: z.iso.datetime() });
export type Heartbeat = z.infer<typeof heartbeatSchema>;

/** Writes `service`'s heartbeat now and every 5 s; it runs out after three missed ones. Returns how to stop it. */
export function startHeartbeat(redis: Redis, service: string, version: string): () => void {
  const beat = () =>
    redis
      .set(key(service), JSON.stringify({ version, lastSeen: new Date().toISOString() }), 'PX', periodMs * 3)
      // A missed beat is what the reader notices; there is nothing to do here.
      .catch(() => {});
  void beat();
  const timer = setInterval(beat, periodMs);
  return () => clearInterval(timer);
}

/** The last heartbeats of these services; null where none was seen in the last 15 s. */
export async function readHeartbeats<Name extends string>(
  redis: Redis,
  services: readonly Name[],
): Promise<Record<Name, Heartbeat | null>> {
  const texts = await redis.mget(services.map(key));
  return Object.fromEntries(
    services.map((service, index) => [
      service,
      texts[index] ? heartbeatSchema.parse(JSON.parse(texts[index])) : null,
    ]),
  ) as Record<Name, Heartbeat | null>;
}
