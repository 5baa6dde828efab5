import { randomBytes } from 'node:crypto';
import { Decrypter, Encrypter } from 'age-encryption';
import { describe, expect, test } from 'vitest';
import { hasCode } from '../errors.ts';
import { decrypt } from './decrypt.ts';
import { encrypt } from './encrypt.ts';
import { generateKeyPair, parseIdentities } from './keys.ts';

const team = await generateKeyPair();
const other = await generateKeyPair();
const sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 200_001];

describe('the age format', () => {
  test.each(sizes)('%i bytes come back', async (size) => {
    const plain = randomBytes(size);
    const sealed = await collect(encrypt(pieces(plain), [team.recipient, other.recipient]));
    for (const { identity } of [team, other]) {
      expect((await collect(decrypt(pieces(sealed), [identity]))).equals(plain)).toBe(true);
    }
  });

  test.each(sizes)("%i bytes are opened by the format's own library, and its files by us", async (size) => {
    const plain = randomBytes(size);
    const decrypter = new Decrypter();
    decrypter.addIdentity(team.identity);
    const ours = await collect(encrypt(pieces(plain), [team.recipient]));
    expect(Buffer.from(await decrypter.decrypt(ours)).equals(plain)).toBe(true);

    const encrypter = new Encrypter();
    encrypter.addRecipient(team.recipient);
    const theirs = Buffer.from(await encrypter.encrypt(plain));
    expect((await collect(decrypt(pieces(theirs), [team.identity]))).equals(plain)).toBe(true);
  });

  test('a file cut anywhere is an error, also at a border of chunks', async () => {
    const sealed = await collect(encrypt(pieces(randomBytes(3 * 65_536)), [team.recipient]));
    const header = sealed.length - 3 * (65_536 + 16);
    const cuts = [
      0,
      1,
      header - 1,
      header,
      header + 1,
      header + 65_552,
      header + 2 * 65_552,
      sealed.length - 1,
    ];
    for (const length of cuts) {
      await expect(collect(decrypt(pieces(sealed.subarray(0, length)), [team.identity]))).rejects.toSatisfy(
        (error) => hasCode(error, 'encryption.corrupt'),
      );
    }
  });

  test('a changed bit is an error wherever it is', async () => {
    const sealed = await collect(encrypt(pieces(randomBytes(500)), [team.recipient]));
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1 << (at % 8);
      await expect(collect(decrypt(pieces(changed), [team.identity]))).rejects.toSatisfy((error) =>
        hasCode(error, 'encryption.corrupt', 'encryption.identity'),
      );
    }
  });

  test('somebody else cannot open it', async () => {
    const sealed = await collect(encrypt(pieces(randomBytes(10)), [team.recipient]));
    await expect(collect(decrypt(pieces(sealed), [other.identity]))).rejects.toSatisfy((error) =>
      hasCode(error, 'encryption.identity'),
    );
  });

  test('a recipient or identity that is none is named or numbered, and the identity is never shown', async () => {
    await expect(collect(encrypt(pieces(randomBytes(1)), ['age2nonsense']))).rejects.toThrow('age2nonsense');
    const sealed = await collect(encrypt(pieces(randomBytes(10)), [team.recipient]));
    await expect(collect(decrypt(pieces(sealed), ['SECRET']))).rejects.toThrow(/^Identity 1 is not/);
  });

  test('identities are read from a key file', () => {
    expect(parseIdentities('# created\n# public key: age1x\nAGE-SECRET-KEY-1A\n\n')).toEqual([
      'AGE-SECRET-KEY-1A',
    ]);
  });
});

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007);
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const collected: Uint8Array[] = [];
  for await (const piece of source) collected.push(Buffer.from(piece));
  return Buffer.concat(collected);
}
