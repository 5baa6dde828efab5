import { ObjectId, serialize } from 'bson';
import type { ArchiveEvent } from '../src/archive/format.ts';

const metadata = (options = {}) => JSON.stringify({ options, indexes: [] });

/** An archive as mongodump writes one of several collections: a segment of each in turn, over and over. */
export function* interleaved(
  db: string,
  names: readonly string[],
  turns: number,
  each: number,
): Generator<ArchiveEvent> {
  yield {
    kind: 'prelude',
    header: { concurrentCollections: 4, version: '0.1', serverVersion: '7.0.0', toolVersion: '100.10.0' },
    collections: names.map((collection) => ({
      db,
      collection,
      metadata: metadata(
        collection.startsWith('capped') ? { capped: true, size: { $numberInt: '100000000' } } : {},
      ),
      size: 0,
      type: 'collection',
    })),
  };
  let number = 0;
  for (let turn = 0; turn < turns; turn++) {
    for (const collection of names) {
      const namespace = { db, collection };
      yield { kind: 'segment', namespace };
      const documents = Array.from({ length: each }, () =>
        serialize({ _id: new ObjectId(number.toString(16).padStart(24, '0')), number: number++, collection }),
      );
      yield { kind: 'documents', namespace, documents };
    }
  }
  for (const collection of names) yield { kind: 'end', namespace: { db, collection } };
}
