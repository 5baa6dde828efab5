import { Double, ObjectId, serialize } from 'bson';
import { describe, expect, test } from 'vitest';
import { memoryStore } from '../test/memory-store.ts';
import { random } from '../test/random.ts';
import { decodeArchive } from './archive/decode.ts';
import { encodeArchive } from './archive/encode.ts';
import type { ArchiveEvent } from './archive/format.ts';
import { encrypt } from './encryption/encrypt.ts';
import { generateKeyPair } from './encryption/keys.ts';
import { BackupError } from './errors.ts';
import { gzip } from './gzip.ts';
import { Digest } from './pipeline.ts';
import { type Data, readArchive } from './read.ts';

/** Seeded, so the short run is the beginning of the full one. */
const full = process.env.CONDUCTOR_STORIES === 'full';
const TRUNCATIONS = full ? 2_000 : 400;
const FLIPS = full ? 5_000 : 1_000;
const DEADLINE = 5_000;
const team = await generateKeyPair();
const archive = await collect(encodeArchive(events()));

describe.each(['plain', 'encrypted'] as const)('a stored backup, %s', (kind) => {
  test('is read whole', async () => {
    const { data, bytes } = await stored(kind);
    expect(await read(bytes, data)).toBe('whole');
  });

  test(`cut at ${TRUNCATIONS} random places is an error each time`, async () => {
    const { data, bytes } = await stored(kind);
    const { below } = random(1);
    for (let count = 0; count < TRUNCATIONS; count++) {
      const length = below(bytes.length);
      expect(await read(bytes.subarray(0, length), data), `cut to ${length}`).toBeInstanceOf(BackupError);
    }
  });

  test(`with ${FLIPS} random bytes changed is an error each time`, async () => {
    const { data, bytes } = await stored(kind);
    const { below } = random(2);
    for (let count = 0; count < FLIPS; count++) {
      const at = below(bytes.length);
      const bit = 1 << below(8);
      bytes[at]! ^= bit;
      expect(await read(bytes, data), `byte ${at} xor ${bit}`).toBeInstanceOf(BackupError);
      bytes[at]! ^= bit;
    }
  });

  test('with something behind its end is an error', async () => {
    const { data, bytes } = await stored(kind);
    expect(await read(Buffer.concat([bytes, Buffer.from('more')]), data)).toBeInstanceOf(BackupError);
    expect(await read(Buffer.concat([bytes, bytes]), data)).toBeInstanceOf(BackupError);
  });
});

describe('an archive without a manifest', () => {
  test('cut at every border of its blocks is an error each time', async () => {
    const borders = blockBorders(archive);
    expect(borders.length).toBeGreaterThan(500);
    for (const border of borders) {
      expect(await outcome(decodeArchive([archive.subarray(0, border)])), `cut to ${border}`).toBeInstanceOf(
        BackupError,
      );
    }
    expect(await outcome(decodeArchive([archive]))).toBe('whole');
  });

  test('with a changed byte among its documents is an error each time', async () => {
    const { below } = random(3);
    const start = archive.indexOf(Buffer.from('first document'));
    const changed = Buffer.from(archive);
    for (let count = 0; count < 1_000; count++) {
      const at = start + below(archive.length - start);
      changed[at]! ^= 1 << (count % 8);
      expect(await outcome(decodeArchive([changed])), `byte ${at}`).toBeInstanceOf(BackupError);
      changed[at] = archive[at]!;
    }
  });

  test('with documents of a namespace that was not announced, or after its end, is an error', async () => {
    for (const extra of ['never', 'first']) {
      async function* more() {
        yield* events();
        const namespace = { db: 'crm', collection: extra };
        yield { kind: 'segment', namespace } as const;
        yield { kind: 'end', namespace } as const;
      }
      expect(await outcome(decodeArchive(encodeArchive(more())))).toMatchObject({ code: 'archive.corrupt' });
    }
  });

  test('of a document larger than any reader takes is refused while it is written', async () => {
    async function* large(size: number): AsyncGenerator<ArchiveEvent> {
      const namespace = { db: 'crm', collection: 'large' };
      yield {
        kind: 'prelude',
        header,
        collections: [{ ...namespace, metadata: '{}', size: 0, type: 'collection' }],
      };
      yield { kind: 'segment', namespace };
      const document = Buffer.alloc(size);
      document.writeInt32LE(size);
      yield { kind: 'documents', namespace, documents: [document] };
      yield { kind: 'end', namespace };
    }
    const most = 16 * 1024 * 1024;
    expect(await outcome(decodeArchive(encodeArchive(large(most))))).toBe('whole');
    await expect(collect(encodeArchive(large(most + 1)))).rejects.toMatchObject({
      code: 'archive.document-too-large',
    });
  });
});

const header = { concurrentCollections: 2, version: '0.1', serverVersion: '7.0.0', toolVersion: 'conductor' };

/** Two interleaved namespaces, an empty one and a view. */
function* events(): Generator<ArchiveEvent> {
  const header = {
    concurrentCollections: 2,
    version: '0.1',
    serverVersion: '7.0.0',
    toolVersion: 'conductor',
  };
  const metadata = '{"indexes":[]}';
  const names = ['first', 'second', 'empty', 'view'];
  yield {
    kind: 'prelude',
    header,
    collections: names.map((collection) => ({
      db: 'crm',
      collection,
      metadata,
      size: 0,
      type: collection === 'view' ? 'view' : 'collection',
    })),
  };
  const { next } = random(7);
  const document = (text: string) =>
    serialize({ _id: new ObjectId('65a1b2c3d4e5f60718293a4b'), text, value: new Double(next()) });
  for (let round = 0; round < 20; round++) {
    for (const collection of ['first', 'second']) {
      const namespace = { db: 'crm', collection };
      yield { kind: 'segment', namespace };
      yield {
        kind: 'documents',
        namespace,
        documents: Array.from({ length: 15 }, (_, index) =>
          document(`${collection} document ${round} ${index}`),
        ),
      };
    }
  }
  for (const collection of names) yield { kind: 'end', namespace: { db: 'crm', collection } };
}

async function stored(kind: 'plain' | 'encrypted'): Promise<{ data: Data; bytes: Buffer }> {
  const digest = new Digest();
  const compressed = gzip(once(archive), 1);
  const recipients = kind === 'plain' ? null : [team.recipient];
  const bytes = await collect(digest.of(recipients ? encrypt(compressed, recipients) : compressed));
  return { bytes, data: { key: 'data', size: bytes.length, sha256: digest.sha256, recipients } };
}

async function read(bytes: Buffer, data: Data): Promise<unknown> {
  const store = memoryStore();
  store.objects.set('data', bytes);
  return outcome(readArchive(store, data, [team.identity]));
}

/** 'whole', or the error that reading ended with; a hang is a failure of the test. */
async function outcome(source: AsyncIterable<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('It hangs.')), DEADLINE);
  });
  const reading = (async () => {
    for await (const _ of source);
    return 'whole';
  })();
  try {
    return await Promise.race([reading.catch((error) => error), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Where a document or a terminator ends, except the end of all. */
function blockBorders(bytes: Buffer): number[] {
  const borders = [0, 4];
  for (let at = 4; at < bytes.length; ) {
    const length = bytes.readInt32LE(at);
    at += length === -1 ? 4 : length;
    borders.push(at);
  }
  return borders.slice(0, -1);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
