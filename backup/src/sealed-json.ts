import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { isSignatureOf, type Signature, type Signer, type Signing } from './signature.ts';

/** What a small document of a store says, and who wrote it. */
export interface Opened<T> {
  /** With its signature, where the schema has one. */
  readonly content: T;
  /** Why it is not known who wrote it, where that is asked for. */
  readonly unsigned: string | undefined;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** JSON for people, signed where there is a signer, and with a checksum of itself, because nothing else would notice a changed byte in it. */
export function sealJson(content: object, signer?: Signer): string {
  const text = JSON.stringify(content);
  const signed = { ...content, ...(signer && { signature: signer.sign(text) }) };
  return `${JSON.stringify({ ...signed, checksum: hashOf(text) }, null, 2)}\n`;
}

/**
 * Reads it again, with fields that only later versions know.
 * @throws {Error} when it is not of the schema's form, was changed, or has a signature of something else; the message goes on a sentence
 */
export function openJson<T extends { signature?: Signature | undefined }>(
  text: string,
  schema: z.ZodType<T>,
  signing?: Signing,
): Opened<T> {
  const { written, content } = parse(text, schema);
  const { checksum, signature: _, ...rest } = written;
  // As it was written, with what only a later version knows.
  const sealed = JSON.stringify(rest);
  if (hashOf(sealed) !== checksum) throw new Error('it was changed after it was written');
  const { signature } = content;
  const unsigned = whyUnsigned(signature, signing);
  if (signing && unsigned === undefined && !isSignatureOf(sealed, signature!))
    throw new Error('its signature is of something else');
  return { content, unsigned };
}

function parse<T>(
  text: string,
  schema: z.ZodType<T>,
): { readonly written: Record<string, unknown>; readonly content: T } {
  try {
    const written = JSON.parse(text) as Record<string, unknown>;
    const { checksum: _, ...content } = written;
    return { written, content: schema.parse(content) };
  } catch (cause) {
    throw new Error('it is not of the form this version knows', { cause });
  }
}

/** Undefined where nobody asks, and where somebody signed it who is trusted. */
function whyUnsigned(signature: Signature | undefined, signing: Signing | undefined): string | undefined {
  if (signing === undefined) return undefined;
  if (signature === undefined) return 'it is not signed';
  const trusted = [signing.signer.publicKey, ...signing.others];
  return trusted.includes(signature.key) ? undefined : 'it is signed with a key that nobody here knows';
}
