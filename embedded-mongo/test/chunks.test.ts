import { expect, test } from 'vitest';
import { Found } from '../src/storage/view.ts';
import { withServer } from './server.ts';

const { db } = withServer();

/*
 * Documents are read some at once: small ones in one piece, large ones each by itself. Ties of an index, and chunks that begin within
 * them, are where one would be missed or come twice.
 */
test.each([
  ['small', 10],
  ['large', 20_000],
])(
  '%s documents come whole, once and in the order of an index, however many are wanted',
  async (name, size) => {
    const collection = db().collection<{ _id: number; tied: number; odd: boolean; text: string }>(name);
    const all = Array.from({ length: 700 }, (_, _id) => ({
      _id,
      tied: _id % 3,
      odd: _id % 2 === 1,
      text: `${_id}\0ü`.repeat(size / 5),
    }));
    await collection.insertMany(all);
    await collection.createIndex({ tied: 1 });
    const inOrder = [0, 1, 2].flatMap((tie) => all.filter(({ tied }) => tied === tie));
    for (const limit of [1, 50, 256, 300, 700, 0]) {
      const wanted = limit || all.length;
      const up = collection.find({ tied: { $gte: 0 } }).sort({ tied: 1 });
      expect(await up.limit(limit).toArray()).toEqual(inOrder.slice(0, wanted));
      const down = collection.find({ tied: { $gte: 0 } }).sort({ tied: -1 });
      expect(await down.limit(limit).toArray()).toEqual(inOrder.toReversed().slice(0, wanted));
      const inserted = collection.find({}).sort({ $natural: 1 }).limit(limit);
      expect(await inserted.toArray()).toEqual(all.slice(0, wanted));
      const tested = collection.find({ tied: { $gte: 0 }, odd: true }).sort({ tied: 1 });
      expect(await tested.limit(limit).toArray()).toEqual(inOrder.filter(({ odd }) => odd).slice(0, wanted));
    }
    await collection.createIndex({ part: 1, tied: 1, _id: 1 });
    const parts = all.map((doc) => ({ ...doc, part: doc._id % 5 }));
    await collection.bulkWrite(
      parts.map(({ _id, part }) => ({ updateOne: { filter: { _id }, update: { $set: { part } } } })),
    );
    for (const limit of [1, 50, 256, 300, 700])
      for (const direction of [1, -1] as const) {
        const some = collection
          .find({ part: { $in: [0, 3, 4] } }, { projection: { text: 0 } })
          .sort({ tied: direction, _id: direction })
          .limit(limit);
        const order = inOrder.filter(({ _id }) => [0, 3, 4].includes(_id % 5)).map(({ _id }) => _id);
        expect((await some.toArray()).map(({ _id }) => _id)).toEqual(
          (direction > 0 ? order : order.toReversed()).slice(0, limit),
        );
      }
    expect(await collection.find({ tied: 7 }).sort({ tied: 1 }).limit(5).toArray()).toEqual([]);
  },
);

test('a document that is separated no longer keeps those that it was read with', () => {
  const chunk = Buffer.alloc(1_000_000, 7);
  const found = new Found({ rid: 1, bytes: chunk.subarray(10, 110) });
  found.separate();
  expect(found.bytes.equals(Buffer.alloc(100, 7))).toBe(true);
  expect(found.bytes.buffer.byteLength).toBeLessThan(100_000);
});
