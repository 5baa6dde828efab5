import { createHmac } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type FailureKind, failureKinds } from './schema.ts';

const mostFailures = 5;
const windowSeconds = 60;
const openSeconds = 60;
/** After so long a provider that refused our key is tried again: it may have been a moment of theirs, or mended. */
const misconfiguredSeconds = 60;
/** Admins are told of it once in so long. */
const toldSeconds = 86_400;
const rememberedSeconds = 86_400;

export type CircuitState = 'closed' | 'open' | 'misconfigured';
const lastSchema = z.object({ kind: z.enum(failureKinds), at: z.iso.datetime() });

/**
 * Whether a provider is worth asking, known to all processes by Redis: after five failures in a minute it is left alone
 * for a minute. A new key or model starts afresh. While Redis is away the circuit counts as closed.
 */
export class Circuit {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, about: { provider: string; apiKey: string; model: string }) {
    const fingerprint = createHmac('sha256', about.apiKey)
      .update(`ai-circuit ${about.model}`)
      .digest('base64url')
      .slice(0, 16);
    this.#redis = redis;
    this.#key = `conductor:ai:${about.provider}:${fingerprint}`;
  }

  async state(): Promise<CircuitState> {
    const found = await this.#redis.mget(`${this.#key}:misconfigured`, `${this.#key}:open`).catch(() => []);
    return found[0] ? 'misconfigured' : found[1] ? 'open' : 'closed';
  }

  async lastError(): Promise<{ kind: FailureKind; at: string } | null> {
    const text = await this.#redis.get(`${this.#key}:last`).catch(() => null);
    return text === null ? null : (lastSchema.safeParse(JSON.parse(text)).data ?? null);
  }

  async succeeded(): Promise<void> {
    await this.#redis
      .del(`${this.#key}:misconfigured`, `${this.#key}:open`, `${this.#key}:failures`, `${this.#key}:last`)
      .catch(() => 0);
  }

  /** Counts a failure. Gives what the circuit has just now become by it, where nobody was told of that yet. */
  async failed(kind: FailureKind): Promise<Exclude<CircuitState, 'closed'> | undefined> {
    try {
      const last = JSON.stringify({ kind, at: new Date().toISOString() });
      await this.#redis.set(`${this.#key}:last`, last, 'EX', rememberedSeconds);
      if (kind === 'misconfigured') {
        await this.#redis.set(`${this.#key}:misconfigured`, '1', 'EX', misconfiguredSeconds);
        const isNew = (await this.#redis.set(`${this.#key}:told`, '1', 'EX', toldSeconds, 'NX')) === 'OK';
        return isNew ? 'misconfigured' : undefined;
      }
      if (!['timeout', 'rate_limited', 'overloaded', 'network'].includes(kind)) return undefined;
      const failures = await this.#redis.incr(`${this.#key}:failures`);
      if (failures === 1) await this.#redis.expire(`${this.#key}:failures`, windowSeconds);
      if (failures >= mostFailures) {
        await this.#redis.set(`${this.#key}:open`, '1', 'EX', openSeconds);
        await this.#redis.del(`${this.#key}:failures`);
        return 'open';
      }
    } catch {
      // Without Redis nothing is counted, and every request asks for itself.
    }
    return undefined;
  }
}
