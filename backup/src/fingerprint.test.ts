import { expect, test } from 'vitest';
import { Fingerprint } from './fingerprint.ts';

const of = (...documents: string[]) => {
  const fingerprint = new Fingerprint();
  for (const document of documents) fingerprint.add(Buffer.from(document));
  return fingerprint;
};

test('the same documents have the same fingerprint in any order', () => {
  expect(of('a', 'b', 'c').hash).toBe(of('c', 'a', 'b').hash);
  expect(of('a', 'b')).toMatchObject({ documents: 2, bytes: 2 });
});

test('every document is part of it, also one that is there twice', () => {
  const all = [of(), of('a'), of('b'), of('a', 'b'), of('b', 'b'), of('a', 'a'), of('a', 'a', 'a', 'b')];
  expect(new Set(all.map(({ hash }) => hash)).size).toBe(all.length);
});

test('it stays what it is: manifests of years ago are compared with it', () => {
  // The SHA-256 of one document, as eight 32-bit numbers.
  expect(of('a').hash).toBe('ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb');
});
