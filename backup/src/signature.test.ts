import { describe, expect, test } from 'vitest';
import { isPublicKey, isSignatureOf, signerOf } from './signature.ts';

const secret = 'a'.repeat(32);

describe('a signature', () => {
  test('is of one text and one key, which the same secret always makes', () => {
    const signer = signerOf(secret);
    expect(signerOf(secret).publicKey).toBe(signer.publicKey);
    expect(isPublicKey(signer.publicKey)).toBe(true);
    const signature = signer.sign('text');
    expect(isSignatureOf('text', signature)).toBe(true);
    expect(isSignatureOf('other text', signature)).toBe(false);
    const other = signerOf('b'.repeat(32));
    expect(other.publicKey).not.toBe(signer.publicKey);
    expect(isSignatureOf('text', { ...signature, key: other.publicKey })).toBe(false);
  });

  test('that is none is not one of anything', () => {
    const { key, value } = signerOf(secret).sign('text');
    for (const bad of ['', 'ed25519:', 'ed25519:AAAA', key.slice(8), `rsa:${key.slice(8)}`])
      expect(isSignatureOf('text', { key: bad, value }), bad).toBe(false);
    for (const bad of ['', '####', value.slice(4), `${value.slice(0, -4)}AAA=`])
      expect(isSignatureOf('text', { key, value: bad }), bad).toBe(false);
  });

  test('needs a secret that nobody guesses, and does not show it', () => {
    expect(() => signerOf('short-and-secret')).toThrow(expect.not.stringContaining('short-and-secret'));
    expect(() => signerOf('short-and-secret')).toThrow('fewer than 32');
  });
});
