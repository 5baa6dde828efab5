import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Redis } from 'ioredis';
import { clientAddress } from '../http/client-address.ts';
import { Problem } from '../problem.ts';

const WINDOW_SECONDS = 15 * 60;
/** Wrong tries in that time: from one address, whatever the account; and at one account, from wherever. */
const MOST = 30;

/**
 * Counts wrong tries of passwords, codes and links, which a limit for one account at one address does not stop: many accounts from one address,
 * and one account from many. Somebody who gets in is not counted. While Redis is away nothing is counted, as with the other limits.
 */
export class Guesses {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * Does `work`, which may be a guess at `account`, where one is known. It counts from its beginning, so that many at once are counted, too, and
   * no longer once it succeeds. @throws {Problem} `rate-limited`
   */
  async counted<T>(request: FastifyRequest, account: string | undefined, work: () => Promise<T>): Promise<T> {
    const names = [
      `address:${clientAddress(request.ip)}`,
      ...(account === undefined ? [] : [`account:${account}`]),
    ];
    const keys = names.map(
      (name) => `conductor:guesses:${createHash('sha256').update(name).digest('base64url')}`,
    );
    for (const key of keys) await this.#begin(key);
    const result = await work();
    for (const key of keys) await this.#redis.decr(key).catch(() => {});
    return result;
  }

  async #begin(key: string): Promise<void> {
    const answers = await this.#redis
      .multi()
      .set(key, 0, 'EX', WINDOW_SECONDS, 'NX')
      .incr(key)
      .ttl(key)
      .exec()
      .catch(() => null);
    const [, count, seconds] = (answers ?? []).map(([, value]) => Number(value));
    if (count !== undefined && count > MOST)
      throw new Problem('rate-limited', { headers: { 'retry-after': String(Math.max(1, seconds ?? 1)) } });
  }
}
