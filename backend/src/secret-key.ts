import { hkdfSync } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

const leastBytes = 32;

/** Says why a SECRET_KEY is too weak for production, or nothing. The value never appears in the answer. */
export function secretKeyProblem(text: string): string | undefined {
  const bytes = keyBytes(text);
  if (bytes.length < leastBytes) return 'must have at least 256 bits (try: openssl rand -hex 32)';
  // Random bytes do not compress and hardly repeat; a sentence, a pattern or a row of one letter does.
  const looksRandom =
    new Set(bytes).size >= 16 && deflateRawSync(bytes, { level: 9 }).length >= leastBytes - 4;
  return looksRandom ? undefined : 'is too predictable (try: openssl rand -hex 32)';
}

/** The bytes a key stands for: hex and base64 are decoded, because their characters carry 4 and 6 bits. */
function keyBytes(text: string): Buffer {
  if (/^([0-9a-f]{2})+$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return Buffer.from(text, 'base64');
  return Buffer.from(text, 'utf8');
}

/** A 256-bit key for one purpose, so that what one part signs no other part accepts (HKDF, RFC 5869). */
export function deriveKey(secretKey: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, '', `conductor-crm:${purpose}`, 32));
}
