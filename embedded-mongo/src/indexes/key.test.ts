import { Decimal128, Double, Long, MaxKey, MinKey, ObjectId } from 'bson';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compare } from '../bson/compare.ts';
import { decodeDocument } from '../bson/decode.ts';
import { encode } from '../bson/encode.ts';
import type { Value } from '../bson/values.ts';
import { encodeKey } from './key.ts';

const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.double(),
  fc.double().map((value) => new Double(value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: -30, max: 30 }))
    .map(([digits, exponent]) => Decimal128.fromString(`${digits}E${exponent}`)),
  fc.date({ noInvalidDate: true }),
  fc.constantFrom(new MinKey(), new MaxKey()),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
);
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ maxLength: 3 }).filter((name) => !name.includes('\0')),
      tie('value'),
      { maxKeys: 3, noNullPrototype: true },
    ),
  ),
}));

test('keys are in the order of BSON, in either direction', () => {
  fc.assert(
    fc.property(value, value, fc.constantFrom(1, -1), (left, right, direction) => {
      const order = Buffer.compare(encodeKey([left], [direction]), encodeKey([right], [direction]));
      expect(Math.sign(order)).toBe(Math.sign(compare(left, right)) * direction + 0);
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test('what is encoded is decoded the same', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string().filter((name) => !name.includes('\0')),
        value,
        { noNullPrototype: true },
      ),
      (doc) => {
        const bytes = encode(doc);
        expect(Buffer.compare(encode(decodeDocument(bytes)), bytes)).toBe(0);
      },
    ),
    { numRuns: 1000, seed: 1 },
  );
});
