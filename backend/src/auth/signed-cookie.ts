import { createHmac, timingSafeEqual } from 'node:crypto';
import { deriveKey } from '../secret-key.ts';

/** Compares in constant time; texts of different length are unequal. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHmac('sha256', 'compare').update(text).digest());
  return timingSafeEqual(left!, right!);
}

/** Values that carry their own proof and end: `<base64url JSON>.<HMAC>`, for one purpose each. */
export class Sealer {
  readonly #key: Buffer;

  constructor(secretKey: string, purpose: string) {
    this.#key = deriveKey(secretKey, purpose);
  }

  seal(value: object, lifetimeMs: number, now = Date.now()): string {
    const body = Buffer.from(JSON.stringify({ value, until: now + lifetimeMs })).toString('base64url');
    return `${body}.${this.#sign(body)}`;
  }

  /** The sealed value, or undefined when it was forged, damaged or has run out. */
  open(text: string, now = Date.now()): unknown {
    const [body, signature, ...rest] = text.split('.');
    if (!body || !signature || rest.length > 0 || !sameText(signature, this.#sign(body))) return undefined;
    const { value, until } = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as {
      value: unknown;
      until: number;
    };
    return until > now ? value : undefined;
  }

  #sign(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('base64url');
  }
}
