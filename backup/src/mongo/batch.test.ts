import { serialize } from 'bson';
import { expect, test } from 'vitest';
import { Batch } from './batch.ts';

const document = (text: string): Buffer => Buffer.from(serialize({ text }));

test('a batch holds its documents side by side, each to be found by its place', () => {
  const documents = ['a', 'longer', ''].map(document);
  const batch = Batch.of(...documents);
  expect(batch.documents).toBe(3);
  expect(batch.content).toEqual(Buffer.concat(documents));
  for (const [index, each] of documents.entries()) expect(batch.document(index)).toEqual(each);
});

test('a batch has room for what it was made for, again after it was cleared', () => {
  const batch = new Batch(64);
  const large = document('x'.repeat(40));
  expect(batch.hasRoomFor(large)).toBe(true);
  batch.add(large);
  expect(batch.hasRoomFor(document('a'))).toBe(false);
  expect(batch.clear().content).toHaveLength(0);
  expect(batch.hasRoomFor(large)).toBe(true);
});

test('a batch around a document is of the same memory', () => {
  const large = document('x'.repeat(1_000));
  const { documents, content } = Batch.around(large);
  expect(documents).toBe(1);
  expect(content).toEqual(large);
  expect(content.buffer).toBe(large.buffer);
  expect(content.byteOffset).toBe(large.byteOffset);
});
