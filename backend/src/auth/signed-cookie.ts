import { createHmac, timingSafeEqual } from 'node:crypto';
import { deriveKey } from '../secret-key.ts';

/** Compares in constant time; texts of different length are unequal. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHmac('sha256', 'compare').update(text).digest());
  return timingSafeEqual(left!, right!);
}

/**
 * Values that carry their own proof and end: `<base64url JSON>.<HMAC>`, for one purpose each. Signed with SECRET_KEY; what was
 * signed with SECRET_KEY_PREVIOUS is still accepted, so that changing the key interrupts nobody.
 */
export class Sealer {
  readonly #key: Buffer;
  readonly #accepted: readonly Buffer[];

  constructor(
    { SECRET_KEY, SECRET_KEY_PREVIOUS }: { SECRET_KEY: string; SECRET_KEY_PREVIOUS?: string | undefined },
    purpose: string,
  ) {
    this.#key = deriveKey(SECRET_KEY, purpose);
    this.#accepted =
      SECRET_KEY_PREVIOUS === undefined ? [this.#key] : [this.#key, deriveKey(SECRET_KEY_PREVIOUS, purpose)];
  }

  seal(value: object, lifetimeMs: number, now = Date.now()): string {
    const body = Buffer.from(JSON.stringify({ value, until: now + lifetimeMs })).toString('base64url');
    return `${body}.${sign(body, this.#key)}`;
  }

  /** The sealed value, or undefined when it was forged, damaged or has run out. */
  open(text: string, now = Date.now()): unknown {
    const [body, signature, ...rest] = text.split('.');
    if (!body || !signature || rest.length > 0) return undefined;
    if (!this.#accepted.some((key) => sameText(signature, sign(body, key)))) return undefined;
    const { value, until } = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as {
      value: unknown;
      until: number;
    };
    return until > now ? value : undefined;
  }
}

const sign = (body: string, key: Buffer): string =>
  createHmac('sha256', key).update(body).digest('base64url');
