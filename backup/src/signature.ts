import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { BackupError } from './errors.ts';

/** Says who wrote something. */
export const signatureSchema = z.object({
  /** Public key of the signer, as {@link Signer.publicKey} is. */
  key: z.string(),
  /** Of Ed25519 (RFC 8032), in base64. */
  value: z.string(),
});
export type Signature = z.infer<typeof signatureSchema>;

/** Signs what others must be able to tell from what somebody else put in its place. */
export interface Signer {
  /** `ed25519:` and the 32 bytes of the key in base64. */
  readonly publicKey: string;
  sign(text: string): Signature;
}

/** Who signs what is written to a store, and whose signature what is read from it must have to count. */
export interface Signing {
  readonly signer: Signer;
  /** Public keys of others who are trusted: those of signing keys before. */
  readonly others: readonly string[];
}

/** Fewer characters could be guessed. */
const LEAST = 32;
const SCHEME = 'ed25519:';
/** What a seed and a public key are wrapped in for Node. Source: RFC 8410, section 7 and 4. */
const PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC = Buffer.from('302a300506032b6570032100', 'hex');
/** So that a signature of this kind of text is one of no other kind. */
const PURPOSE = 'conductor-backup/1\n';

/**
 * The signer whose key is made from a secret text, the same each time.
 * @throws {BackupError} `settings.invalid` when the text is too short; it is not shown.
 */
export function signerOf(secret: string): Signer {
  if (secret.length < LEAST) {
    throw new BackupError({
      code: 'settings.invalid',
      message: `The signing key of backups has fewer than ${LEAST} characters.`,
      hint: 'Make one: openssl rand -hex 32',
    });
  }
  const seed = createHash('sha256').update(`conductor-backup-signing/1\n${secret}`).digest();
  const key = createPrivateKey({ key: Buffer.concat([PRIVATE, seed]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const publicKey = `${SCHEME}${spki.subarray(PUBLIC.length).toString('base64')}`;
  return {
    publicKey,
    sign: (text) => ({
      key: publicKey,
      value: sign(null, Buffer.from(PURPOSE + text), key).toString('base64'),
    }),
  };
}

/** How manifests are signed with one secret, where what was signed with the secrets before is still trusted. */
export const signingWith = (secret: string, ...before: readonly string[]): Signing => ({
  signer: signerOf(secret),
  others: before.map((each) => signerOf(each).publicKey),
});

/** Whether the signature is one of that text, by the key that it names. Whose key that is, is for the caller to know. */
export function isSignatureOf(text: string, { key, value }: Signature): boolean {
  if (!isPublicKey(key)) return false;
  const raw = Buffer.from(key.slice(SCHEME.length), 'base64');
  const publicKey = createPublicKey({ key: Buffer.concat([PUBLIC, raw]), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(PURPOSE + text), publicKey, Buffer.from(value, 'base64'));
}

/** Whether a text has the form of {@link Signer.publicKey}. */
export const isPublicKey = (text: string): boolean => /^ed25519:[A-Za-z0-9+/]{43}=$/.test(text);
