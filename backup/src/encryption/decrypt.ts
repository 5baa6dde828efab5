import { ByteReader } from '../archive/bytes.ts';
import { BackupError } from '../errors.ts';
import { decrypterWith } from './keys.ts';
import { CHUNK, ChunkCipher, cut, NONCE, payloadKey, TAG } from './stream.ts';

/** Longer headers are not ours, nor anybody's with fewer than hundreds of recipients. */
const MAX_HEADER = 64 * 1024;

/**
 * Decrypts an age file. Every byte handed on was authenticated; a changed or cut file fails with `encryption.corrupt`, a file
 * for somebody else with `encryption.identity`.
 */
export async function* decrypt(
  source: AsyncIterable<Uint8Array>,
  identities: readonly string[],
): AsyncGenerator<Buffer> {
  const bytes = new ByteReader(source);
  try {
    const fileKey = await openHeader(await readHeader(bytes), identities);
    const cipher = new ChunkCipher(payloadKey(fileKey, await take(bytes, NONCE)));
    let first = true;
    for await (const { chunk, last } of cut(rest(bytes), CHUNK + TAG)) {
      if (chunk.length < TAG || (chunk.length === TAG && !first)) throw corrupt('it is cut short');
      yield open(cipher, chunk, last);
      first = false;
    }
  } finally {
    await bytes.close();
  }
}

async function readHeader(bytes: ByteReader): Promise<Buffer> {
  const lines: Buffer[] = [];
  for (let size = 0; size < MAX_HEADER; ) {
    const line = await readLine(bytes);
    lines.push(line);
    size += line.length;
    if (lines.length === 1 && !line.toString('latin1').startsWith('age-encryption.org/')) {
      throw corrupt('it does not begin as a file of the age format');
    }
    if (line.toString('latin1').startsWith('--- ')) return Buffer.concat(lines);
  }
  throw corrupt('its header has no end');
}

async function readLine(bytes: ByteReader): Promise<Buffer> {
  const line: number[] = [];
  while (line.length < 1024) {
    const byte = (await take(bytes, 1))[0]!;
    line.push(byte);
    if (byte === 0x0a) return Buffer.from(line);
  }
  throw corrupt('a line of its header has no end');
}

async function openHeader(header: Buffer, identities: readonly string[]): Promise<Uint8Array> {
  const decrypter = decrypterWith(identities);
  try {
    return await decrypter.decryptHeader(header);
  } catch (cause) {
    if (!(cause instanceof Error && cause.message.startsWith('no identity matched'))) {
      throw corrupt('its header was changed', cause);
    }
    throw new BackupError({
      code: 'encryption.identity',
      message: 'None of the given identities opens this backup.',
      hint: "Use the identity whose recipient is among the manifest's recipients.",
      cause,
    });
  }
}

function open(cipher: ChunkCipher, chunk: Buffer, last: boolean): Buffer {
  try {
    return cipher.open(chunk, last);
  } catch (cause) {
    throw corrupt('its bytes were changed, or its end is missing', cause);
  }
}

async function take(bytes: ByteReader, length: number): Promise<Buffer> {
  try {
    return await bytes.take(length);
  } catch (cause) {
    if (!(cause instanceof BackupError && cause.code === 'archive.truncated')) throw cause;
    throw corrupt('it is cut short', cause);
  }
}

async function* rest(bytes: ByteReader): AsyncGenerator<Buffer> {
  while (!(await bytes.ended())) yield bytes.takeNow(bytes.buffered);
}

function corrupt(what: string, cause?: unknown): BackupError {
  return new BackupError({
    code: 'encryption.corrupt',
    message: `The encrypted file is damaged: ${what}.`,
    hint: 'Fetch it again, or use another backup.',
    cause,
  });
}
