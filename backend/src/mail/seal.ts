import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deriveKey } from '../secret-key.ts';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** Keeps what must not be read in the database or a backup of it, such as a link that opens an account. */
export class Seal {
  readonly #keys: readonly Buffer[];

  constructor(
    purpose: string,
    { SECRET_KEY, SECRET_KEY_PREVIOUS }: { SECRET_KEY: string; SECRET_KEY_PREVIOUS?: string | undefined },
  ) {
    this.#keys = [SECRET_KEY, SECRET_KEY_PREVIOUS]
      .filter((key) => key !== undefined)
      .map((key) => deriveKey(key, purpose));
  }

  close(text: string): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv(algorithm, this.#keys[0]!, iv);
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
  }

  /** Undefined for what none of the keys closed. */
  open(sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    for (const key of this.#keys) {
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes));
      decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      try {
        return (
          decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
        );
      } catch {
        // Not this key's: the next one is tried.
      }
    }
    return undefined;
  }
}
