import { Binary, Double, deserialize, Int32, Long, serialize } from 'bson';
import { describe, expect, test } from 'vitest';
import { applyDiff } from './diff.ts';

const apply = (before: object, diff: object): unknown =>
  deserialize(applyDiff(serialize(before), serialize(diff)), { promoteValues: true });

/** As mongod 8 writes them. Source: mongo, db/update/document_diff_test.cpp. */
describe('what an update entry says of a document', () => {
  test.each([
    ['fields that go', { a: 1, b: 2, c: 3 }, { d: { b: false } }, { a: 1, c: 3 }],
    ['a field that is set where it is', { a: 1, b: 2 }, { u: { a: 5 } }, { a: 5, b: 2 }],
    ['new fields at the end', { a: 1 }, { i: { z: 2, y: 3 } }, { a: 1, z: 2, y: 3 }],
    ['a field that moves to the end', { a: 1, b: 2 }, { d: { a: false }, i: { a: 1 } }, { b: 2, a: 1 }],
    ['a field that is there and comes as a new one', { a: 1, b: 2 }, { i: { a: 5 } }, { b: 2, a: 5 }],
    [
      'inside a document',
      { a: { b: 1, c: 2 }, z: 0 },
      { sa: { u: { b: 7 }, i: { d: 3 } } },
      { a: { b: 7, c: 2, d: 3 }, z: 0 },
    ],
    ['an item of an array', { a: [1, 2, 3] }, { sa: { a: true, u1: 9 } }, { a: [1, 9, 3] }],
    [
      'an item behind the end, with null in between',
      { a: [1] },
      { sa: { a: true, u3: 4 } },
      { a: [1, null, null, 4] },
    ],
    ['a shorter array', { a: [1, 2, 3] }, { sa: { a: true, l: new Int32(1) } }, { a: [1] }],
    ['a longer array', { a: [1] }, { sa: { a: true, l: new Int32(3), u1: 2 } }, { a: [1, 2, null] }],
    [
      'inside a document of an array',
      { a: [{ x: 1 }, { x: 2 }] },
      { sa: { a: true, s1: { u: { x: 5 } } } },
      { a: [{ x: 1 }, { x: 5 }] },
    ],
    [
      'a field whose name begins as a section does',
      { sa: 1, u: 2 },
      { u: { sa: 3 }, d: { u: false } },
      { sa: 3 },
    ],
    ['nothing', { a: 1 }, {}, { a: 1 }],
  ])('%s', (_what, before, diff, after) => {
    const found = apply(before, diff);
    expect(found).toEqual(after);
    expect(JSON.stringify(found)).toBe(JSON.stringify(after));
  });

  test('leaves every other byte as it is', () => {
    const before = serialize(
      new Map<string, unknown>([
        ['2', new Double(1)],
        ['1', Long.fromNumber(1)],
        ['b', new Binary(Buffer.from([1, 2]), 5)],
        ['x', 1],
      ]),
    );
    const after = applyDiff(before, serialize({ u: { x: 2 } }));
    const expected = serialize(
      new Map<string, unknown>([
        ['2', new Double(1)],
        ['1', Long.fromNumber(1)],
        ['b', new Binary(Buffer.from([1, 2]), 5)],
        ['x', 2],
      ]),
    );
    expect(after.equals(expected)).toBe(true);
  });

  test.each([
    ['a section that it does not know', { a: 1 }, { b: { x: 1 } }],
    ['a section of an array that it does not know', { a: [1] }, { sa: { a: true, q0: 1 } }],
    ['an array where a document is', { a: { b: 1 } }, { sa: { a: true, u0: 1 } }],
    ['a document that is not there', {}, { sa: { u: { b: 1 } } }],
  ])('%s is refused', (_what, before, diff) => {
    expect(() => apply(before, diff)).toThrow(/which cannot be done again here|does not fit the document/);
  });
});
