import { readFileSync } from 'node:fs';
import { deserialize } from 'bson';
import { describe, expect, test } from 'vitest';
import { decodeArchive } from './decode.ts';
import { encodeArchive } from './encode.ts';
import { type ArchiveEvent, nameOf, type Prelude } from './format.ts';

/** Archives that MongoDB's own mongodump wrote. */
const folder = new URL('golden/', import.meta.url);

describe('archives written by mongodump itself', () => {
  test('are read right: 3.4.3, two collections', async () => {
    const { prelude, counts, documents } = await read('test.bar.archive');
    expect(prelude.header).toEqual({
      concurrentCollections: 4,
      version: '0.1',
      serverVersion: '3.4.3',
      toolVersion: 'r3.4.3',
    });
    expect(counts).toEqual({ 'admin.system.version': 1, 'test.bar': 1 });
    expect(deserialize(documents.get('admin.system.version')![0]!)).toMatchObject({
      _id: 'featureCompatibilityVersion',
      version: '3.4',
    });
  });

  test('are read right: 4.0.2 with a slice of the oplog', async () => {
    const { prelude, counts, documents } = await read('dump-w-oplog.archive');
    expect(prelude.collections.map(nameOf)).toEqual(['test.foo', '.oplog', 'admin.system.version']);
    expect(counts).toEqual({ 'admin.system.version': 1, 'test.foo': 25, '.oplog': 18 });
    const operations = documents.get('.oplog')!.map((bytes) => deserialize(bytes));
    expect(operations.every((operation) => 'ts' in operation && 'op' in operation)).toBe(true);
  });

  for (const file of ['test.bar.archive', 'dump-w-oplog.archive']) {
    test(`${file} is written again byte for byte, whatever the chunks`, async () => {
      const original = readFileSync(new URL(file, folder));
      for (const size of [1, 7, 64, 1000, original.length]) {
        const again = await collect(encodeArchive(decodeArchive(chunks(original, size))));
        expect(again.equals(original)).toBe(true);
      }
    });
  }
});

async function read(file: string) {
  const counts: Record<string, number> = {};
  const documents = new Map<string, Buffer[]>();
  let prelude: Prelude | undefined;
  for await (const event of decodeArchive([
    readFileSync(new URL(file, folder)),
  ]) as AsyncIterable<ArchiveEvent>) {
    if (event.kind === 'prelude') prelude = event;
    if (event.kind !== 'documents') continue;
    const name = nameOf(event.namespace);
    counts[name] = (counts[name] ?? 0) + event.documents.length;
    documents.set(name, [
      ...(documents.get(name) ?? []),
      ...event.documents.map((bytes) => Buffer.from(bytes)),
    ]);
  }
  return { prelude: prelude!, counts, documents };
}

function* chunks(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
