import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { z } from 'zod';

/** What is being computed: whoever asks for the same meanwhile waits for it rather than computing it again. */
const computing = new Map<string, Promise<unknown>>();

/** A result kept in Redis for `seconds`; computed where it is missing, no longer readable, or Redis is away. */
export async function cached<T>(
  redis: Redis,
  about: string,
  seconds: number,
  schema: z.ZodType<T>,
  compute: () => Promise<T>,
): Promise<T> {
  if (seconds === 0) return compute();
  const key = `conductor:cache:${createHash('sha256').update(about).digest('base64url')}`;
  const text = await redis.get(key).catch(() => null);
  const known = text === null ? undefined : schema.safeParse(JSON.parse(text));
  if (known?.success) return known.data;
  const running = computing.get(key) as Promise<T> | undefined;
  if (running) return running;
  const value = compute().then(async (result) => {
    await redis.set(key, JSON.stringify(result), 'EX', seconds).catch(() => null);
    return result;
  });
  computing.set(key, value);
  return value.finally(() => computing.delete(key));
}
