import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { writtenOnce } from '../http/rows.ts';

interface Result {
  /** When it is old, in milliseconds of the clock. */
  until: number;
  value: object;
}

/** What is being computed: whoever asks for the same meanwhile waits for it rather than computing it again. */
const computing = new Map<string, Promise<object>>();
/** The last results this process gave, which need not be fetched and read again. */
const recent = new Map<string, Result>();
const mostRecent = 100;

/**
 * A result, which is JSON, kept in Redis for `seconds`; computed where it is missing. `about` is all
 * that it depends on, the release that reads it included. It is shared, and so not to be changed.
 */
export async function cached<T extends object>(
  redis: Redis,
  about: readonly unknown[],
  seconds: number,
  compute: () => Promise<T>,
): Promise<T> {
  if (seconds === 0) return compute();
  const key = `conductor:cache:${createHash('sha256').update(JSON.stringify(about)).digest('base64url')}`;
  const known = recent.get(key) ?? (await read(redis, key));
  if (known && known.until > Date.now()) return keep(key, known) as T;
  const running = computing.get(key) as Promise<T> | undefined;
  if (running) return running;
  const value = compute().then(async (result) => {
    const until = Date.now() + seconds * 1000;
    await redis.set(key, JSON.stringify({ until, value: result }), 'EX', seconds).catch(() => null);
    return keep(key, { until, value: result }) as T;
  });
  computing.set(key, value);
  return value.finally(() => computing.delete(key));
}

async function read(redis: Redis, key: string): Promise<Result | undefined> {
  const text = await redis.get(key).catch(() => null);
  return text === null ? undefined : (JSON.parse(text) as Result);
}

function keep(key: string, result: Result): object {
  recent.delete(key);
  for (const oldest of recent.keys()) {
    if (recent.size < mostRecent) break;
    recent.delete(oldest);
  }
  recent.set(key, result);
  return writtenOnce(result.value);
}
