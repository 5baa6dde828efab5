import { createHmac } from 'node:crypto';

/**
 * Keyed fingerprint of a secret: 16 hex digits of HMAC-SHA-256 over name and value. Equal values of one name have equal
 * fingerprints, so a change shows; without the environment's key it can neither be computed nor guessed at.
 */
export function fingerprint(key: string, name: string, value: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64'))
    .update(name)
    .update('\0')
    .update(value)
    .digest('hex')
    .slice(0, 16);
}
