import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Redis } from 'ioredis';
import { clientAddress } from '../http/client-address.ts';
import { Problem } from '../problem.ts';

const WINDOW_SECONDS = 15 * 60;
/** Wrong tries in that time: from one address, whatever the account; and at one account, from wherever. */
const MOST = 30;
/** And from one address at one account. */
const MOST_HERE = 10;

/** Takes one back of a count that still runs: one that ran out meanwhile would begin anew without an end. */
const TAKE_BACK = "if tonumber(redis.call('get', KEYS[1]) or 0) > 0 then redis.call('decr', KEYS[1]) end";

interface Counter {
  key: string;
  most: number;
}

/**
 * Counts wrong tries of passwords, codes and links: at one account from one address, at many accounts from one address, and at one account from
 * many. Somebody who gets in is not counted. While Redis is away nothing is counted, as with the other limits.
 */
export class Guesses {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * Does `work`, which may be a guess at `account`, where one is known. It counts from its beginning, so that many at once are counted, too, and
   * no longer once it succeeds. `here` is the account whose wrong tries from this one address are counted besides.
   * @throws {Problem} `rate-limited`
   */
  async counted<T>(
    request: FastifyRequest,
    account: string | undefined,
    work: () => Promise<T>,
    here?: string,
  ): Promise<T> {
    const counters = [
      // First: whoever is refused here does not use up what others have at the same address.
      ...(here === undefined ? [] : [hereAt(request, here)]),
      counter(`address:${clientAddress(request.ip)}`, MOST),
      ...(account === undefined ? [] : [counter(`account:${account}`, MOST)]),
    ];
    for (const each of counters) await this.#begin(each);
    const result = await work();
    for (const { key } of counters) await this.#redis.eval(TAKE_BACK, 1, key).catch(() => {});
    return result;
  }

  /** Forgets the wrong tries from this address at the account, for whoever got in. What is counted elsewhere, and of others, stays. */
  async forget(request: FastifyRequest, account: string): Promise<void> {
    await this.#redis.del(hereAt(request, account).key).catch(() => {});
  }

  async #begin({ key, most }: Counter): Promise<void> {
    const answers = await this.#redis
      .multi()
      .set(key, 0, 'EX', WINDOW_SECONDS, 'NX')
      .incr(key)
      .ttl(key)
      .exec()
      .catch(() => null);
    const [, count, seconds] = (answers ?? []).map(([, value]) => Number(value));
    if (count !== undefined && count > most)
      throw new Problem('rate-limited', { headers: { 'retry-after': String(Math.max(1, seconds ?? 1)) } });
  }
}

const hereAt = ({ ip }: FastifyRequest, account: string): Counter =>
  counter(`here:${clientAddress(ip)} ${account}`, MOST_HERE);

const counter = (name: string, most: number): Counter => ({
  key: `conductor:guesses:${createHash('sha256').update(name).digest('base64url')}`,
  most,
});
