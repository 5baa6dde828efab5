import type { Redis } from 'ioredis';
import { type Announcement, announcementSchema } from './event.ts';

const channel = 'conductor:events';
const stream = 'conductor:events:log';
const counter = 'conductor:events:count:';
/** How many announcements can be replayed to a client that reconnects. */
const kept = 10_000;
/** Ids carry seconds and processes' clocks differ a little, so replay starts reading a little earlier. */
const clockSlackMs = 60_000;

/** Tells every process, and keeps it for those who were away. */
export async function publish(redis: Redis, announced: Announcement): Promise<void> {
  const text = JSON.stringify(announced);
  const results = await redis
    .multi()
    .xadd(stream, 'MAXLEN', '~', kept, '*', 'announced', text)
    .publish(channel, text)
    .incr(`${counter}${announced.audience.orgId}`)
    .exec();
  const failed = results?.find(([error]) => error)?.[0];
  if (failed) throw failed;
}

/** A number that grows with every announcement about an organisation, so that what was computed before one is known to be old. */
export async function announcedCount(redis: Redis, orgId: string): Promise<string> {
  return (await redis.get(`${counter}${orgId}`)) ?? '0';
}

/** Hears everything announced by any process. `redis` becomes a subscriber connection. */
export async function subscribe(redis: Redis, hear: (announced: Announcement) => void): Promise<void> {
  redis.on('message', (_channel, text) => hear(announcementSchema.parse(JSON.parse(text))));
  await redis.subscribe(channel);
}

/**
 * What was announced after `lastEventId`, oldest first; undefined when that event is no longer kept,
 * so the client must fetch afresh.
 */
export async function replaySince(redis: Redis, lastEventId: string): Promise<Announcement[] | undefined> {
  const from = Number.parseInt(lastEventId.slice(0, 8), 16) * 1000 - clockSlackMs;
  const entries = await redis.xrange(stream, Math.max(from, 0), '+');
  const announced = entries.map(([, fields]) => announcementSchema.parse(JSON.parse(fields[1]!)));
  const index = announced.findIndex(({ envelope }) => envelope.id === lastEventId);
  return index === -1 ? undefined : announced.slice(index + 1);
}
