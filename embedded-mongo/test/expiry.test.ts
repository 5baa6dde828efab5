import { expect, test, vi } from 'vitest';
import { withServer } from './server.ts';

const { db } = withServer({ expireEverySeconds: 0.05 });

test('documents whose time has passed are removed, others stay', async () => {
  const collection = db().collection<{ _id: number; at?: unknown }>('expiring');
  await collection.createIndex({ at: 1 }, { expireAfterSeconds: 60 });
  const past = new Date(Date.now() - 120_000);
  await collection.insertMany([
    { _id: 1, at: past },
    { _id: 2, at: new Date() },
    { _id: 3, at: 'never' },
    { _id: 4 },
    { _id: 5, at: [past, new Date(Date.now() + 1e9)] },
  ]);
  await vi.waitFor(
    async () =>
      expect((await collection.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id)).toEqual([2, 3, 4]),
    { timeout: 10_000 },
  );
  await db().command({ collMod: 'expiring', index: { name: 'at_1', expireAfterSeconds: 0 } });
  await vi.waitFor(async () => expect(await collection.countDocuments()).toBe(2), { timeout: 10_000 });
});
