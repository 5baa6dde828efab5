import { randomBytes } from 'node:crypto';
import { encrypterTo } from './keys.ts';
import { CHUNK, ChunkCipher, cut, NONCE, payloadKey, TAG } from './stream.ts';

/** Encrypts to `recipients` in the age format: `age -d` opens it. Fails with `encryption.recipient`. */
export async function* encrypt(
  source: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): AsyncGenerator<Buffer> {
  const { header, fileKey } = await makeHeader(recipients);
  const nonce = randomBytes(NONCE);
  yield Buffer.concat([header, nonce]);
  const cipher = new ChunkCipher(payloadKey(fileKey, nonce));
  for await (const { chunk, last } of cut(source, CHUNK)) yield* cipher.seal(chunk, last);
}

/** The header of an age file, made by the library: that of an empty file, whose key a bystander among the recipients sees. */
async function makeHeader(recipients: readonly string[]): Promise<{ header: Buffer; fileKey: Buffer }> {
  let fileKey = Buffer.alloc(0);
  const encrypter = encrypterTo(recipients);
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = Buffer.from(key);
      return [];
    },
  });
  const empty = await encrypter.encrypt(new Uint8Array());
  return { header: Buffer.from(empty.subarray(0, empty.length - NONCE - TAG)), fileKey };
}
