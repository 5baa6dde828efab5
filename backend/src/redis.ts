import { Redis, type RedisOptions } from 'ioredis';

/**
 * A connection whose commands fail within a second while Redis is away, so that a request is answered rather than
 * kept waiting. It reconnects by itself.
 */
export function connectRedis(url: string, options: RedisOptions = {}): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    commandTimeout: 1000,
    connectTimeout: 2000,
    retryStrategy: reconnectDelay,
    ...options,
  });
  // Without a listener ioredis prints every failed attempt; the health probe and the callers report outages.
  redis.on('error', () => {});
  sendTogether(redis);
  return redis;
}

/**
 * Has what is asked for in one turn of the event loop sent together: handing each command to the system by itself is most of what a
 * command costs, here and in Redis.
 */
function sendTogether(redis: Redis): void {
  const send = redis.sendCommand.bind(redis);
  let held: Redis['stream'] | undefined;
  redis.sendCommand = (...given) => {
    const socket = redis.stream as Redis['stream'] | undefined;
    if (socket && socket !== held) {
      held = socket;
      socket.cork();
      setImmediate(() => {
        held = undefined;
        socket.uncork();
      });
    }
    return send(...given);
  };
}

/** A connection for subscribing or blocking: it waits for Redis instead of failing. */
export function connectRedisPatiently(url: string): Redis {
  return connectRedis(url, {
    maxRetriesPerRequest: null,
    enableOfflineQueue: true,
    commandTimeout: undefined,
  });
}

function reconnectDelay(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 6), 2000);
}

/** Opens the connection; a Redis that is away does not fail the start, it is retried in the background. */
export async function openRedis(redis: Redis): Promise<void> {
  await redis.connect().catch(() => {});
}
