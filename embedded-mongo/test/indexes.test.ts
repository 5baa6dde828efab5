import { expect, test } from 'vitest';
import { withServer } from './server.ts';

const { db } = withServer();

type Explained = {
  executionStats: { totalDocsExamined: number; totalKeysExamined: number; nReturned: number };
  queryPlanner: { winningPlan: object };
};
const explain = async (find: { explain(verbosity: string): Promise<unknown> }) =>
  (await find.explain('executionStats')) as Explained;
const usedIndex = ({ queryPlanner }: Explained): string | undefined =>
  /"indexName":"([^"]+)"/.exec(JSON.stringify(queryPlanner.winningPlan))?.[1];
const sorts = ({ queryPlanner }: Explained): boolean =>
  JSON.stringify(queryPlanner.winningPlan).includes('"SORT"');

const filled = async (name: string) => {
  const collection = db().collection<{ _id: number; a: number; b: number; t: string; u?: number }>(name);
  await collection.insertMany(
    Array.from({ length: 2000 }, (_, i) => ({
      _id: i,
      a: i % 20,
      b: 1999 - i,
      t: `t${i % 7}`,
      ...(i % 100 === 0 ? { u: i } : {}),
    })),
  );
  return collection;
};

test('a lookup by an indexed field reads only what it finds', async () => {
  const collection = await filled('lookup');
  expect((await explain(collection.find({ b: 5 }))).executionStats).toMatchObject({
    nReturned: 1,
    totalDocsExamined: 2000,
    totalKeysExamined: 0,
  });
  await collection.createIndex({ b: 1 });
  const explained = await explain(collection.find({ b: 5 }));
  expect(usedIndex(explained)).toBe('b_1');
  expect(explained.executionStats).toMatchObject({
    nReturned: 1,
    totalDocsExamined: 1,
    totalKeysExamined: 1,
  });
  expect((await explain(collection.find({ b: { $gte: 5, $lt: 15 } }))).executionStats).toMatchObject({
    nReturned: 10,
    totalKeysExamined: 10,
  });
  expect((await explain(collection.find({ b: { $in: [1, 7, 99] } }))).executionStats).toMatchObject({
    nReturned: 3,
    totalKeysExamined: 3,
  });
  expect((await explain(collection.find({ $or: [{ b: 3 }, { _id: 3 }] }))).executionStats).toMatchObject({
    nReturned: 2,
    totalKeysExamined: 2,
  });
});

test('a compound index serves its prefix, the range after it, and the sort, and the limit ends the reading', async () => {
  const collection = await filled('compound');
  await collection.createIndex({ a: 1, b: -1 });
  const explained = await explain(collection.find({ a: 3 }).sort({ b: 1 }).limit(10));
  expect(usedIndex(explained)).toBe('a_1_b_-1');
  expect(sorts(explained)).toBe(false);
  expect(explained.executionStats).toMatchObject({ nReturned: 10, totalKeysExamined: 10 });
  expect((await explain(collection.find({ a: 3, b: { $gt: 1000 } }))).executionStats).toMatchObject({
    nReturned: 50,
    totalKeysExamined: 50,
  });
  expect(sorts(await explain(collection.find({ a: { $gt: 3 } }).sort({ b: 1 })))).toBe(true);
  const found = await collection.find({ a: 3 }).sort({ b: 1 }).limit(3).toArray();
  expect(found.map(({ b }) => b)).toEqual([16, 36, 56]);
});

test('sparse and partial indexes are used only where they hold all that can match', async () => {
  const collection = await filled('sparse');
  await collection.createIndex({ u: 1 }, { sparse: true, unique: true });
  await collection.createIndex({ b: 1 }, { partialFilterExpression: { a: { $gte: 10 } } });
  expect(usedIndex(await explain(collection.find({ u: { $gte: 100 } })))).toBe('u_1');
  expect(usedIndex(await explain(collection.find({ u: null as never })))).toBeUndefined();
  expect(await collection.countDocuments({ u: null as never })).toBe(1980);
  expect(usedIndex(await explain(collection.find({ b: 5 })))).toBeUndefined();
  expect(usedIndex(await explain(collection.find({ b: 5, a: { $gt: 12 } })))).toBe('b_1');
});

test('what an index finds is what a scan finds', async () => {
  const collection = db().collection<{ _id: number; v: unknown }>('same');
  const values = [
    null,
    undefined,
    1,
    1.5,
    -3,
    'a',
    'ab',
    '',
    true,
    false,
    new Date(5),
    [1, 2],
    [],
    [[1]],
    ['a', null],
    { x: 1 },
    { x: [1, 2] },
    Number.NaN,
  ];
  await collection.insertMany(values.map((v, i) => (v === undefined ? { _id: i } : { _id: i, v })) as never);
  const filters = values
    .filter((v) => v !== undefined)
    .flatMap((v) => [
      { v },
      { v: { $gt: v } },
      { v: { $lte: v } },
      { v: { $in: [v, 'a'] } },
      { v: { $ne: v } },
    ]);
  filters.push(
    { v: { $exists: true } } as never,
    { v: { $gt: 0, $lt: 2 } } as never,
    { v: /^a/ } as never,
    { 'v.x': 1 } as never,
    { 'v.x': null } as never,
    { 'v.0': 1 } as never,
  );
  const find = async () => {
    const all = [];
    for (const filter of filters)
      all.push(
        (
          await collection
            .find(filter as never)
            .sort({ _id: 1 })
            .toArray()
        ).map(({ _id }) => _id),
        await collection.countDocuments(filter as never),
      );
    return all;
  };
  const scanned = await find();
  await collection.createIndexes([{ key: { v: 1 } }, { key: { 'v.x': -1 } }, { key: { 'v.0': 1 } }]);
  expect(await find()).toEqual(scanned);
});

test('list, drop, hide and conflict-free repetition of indexes', async () => {
  const collection = await filled('manage');
  expect(await collection.createIndex({ a: 1 })).toBe('a_1');
  expect(await collection.createIndex({ a: 1 })).toBe('a_1');
  await db().command({ collMod: 'manage', index: { name: 'a_1', hidden: true } });
  expect(usedIndex(await explain(collection.find({ a: 1 })))).toBeUndefined();
  await db().command({ collMod: 'manage', index: { name: 'a_1', hidden: false } });
  expect(usedIndex(await explain(collection.find({ a: 1 })))).toBe('a_1');
  await collection.dropIndex('a_1');
  expect((await collection.indexes()).map(({ name }) => name)).toEqual(['_id_']);
});

test('several text prefixes of one array give each document that has them all, once, however many are wanted', async () => {
  const collection = db().collection<{ _id: number; of: string; words: string[] }>('words');
  const syllables = ['ma', 'mar', 'maria', 'marina', 'sa', 'so', 'sou', 'souza'];
  const all = Array.from({ length: 600 }, (_, _id) => ({
    _id,
    of: _id % 2 ? 'odd' : 'even',
    words: [
      `${syllables[_id % 8]}${_id % 3}`,
      `${syllables[(_id >> 3) % 8]}${_id % 5}`,
      `${syllables[_id % 7]}`,
    ],
  }));
  await collection.insertMany(all);
  await collection.createIndex({ of: 1, words: 1 });
  for (const prefixes of [
    ['maria', 'sou'],
    ['m', 'so'],
    ['mar', 'maria', 's'],
    ['mar', 'mar'],
    ['so', 'x'],
  ]) {
    const filter = { of: 'odd', $and: prefixes.map((one) => ({ words: new RegExp(`^${one}`) })) };
    const expected = all
      .filter(({ of, words }) => of === 'odd' && prefixes.every((p) => words.some((w) => w.startsWith(p))))
      .map(({ _id }) => _id);
    const found = (await collection.find(filter).toArray()).map(({ _id }) => _id);
    expect(found.toSorted((a, b) => a - b)).toEqual(expected);
    expect(await collection.countDocuments(filter)).toBe(expected.length);
    const five = (await collection.find(filter).limit(5).toArray()).map(({ _id }) => _id);
    expect(new Set(five).size).toBe(Math.min(5, expected.length));
    expect(expected).toEqual(expect.arrayContaining(five));
    const sorted = await collection.find(filter).sort({ _id: -1 }).skip(1).limit(5).toArray();
    expect(sorted.map(({ _id }) => _id)).toEqual(expected.toReversed().slice(1, 6));
    const tested = await collection
      .find({ ...filter, _id: { $gt: 300 } })
      .limit(5)
      .toArray();
    expect(tested.length).toBe(Math.min(5, expected.filter((id) => id > 300).length));
  }
});

test('a sort within several values of a field reads them side by side, as MongoDB’s SORT_MERGE', async () => {
  const collection = await filled('merged');
  await collection.createIndex({ a: 1, b: -1 });
  const some = await explain(
    collection
      .find({ a: { $in: [3, 7, 11] } })
      .sort({ b: -1 })
      .limit(10),
  );
  expect(JSON.stringify(some.queryPlanner.winningPlan)).toContain('"SORT_MERGE"');
  expect(sorts(some)).toBe(false);
  expect(some.executionStats).toMatchObject({ nReturned: 10, totalDocsExamined: 10 });
  const found = await collection
    .find({ a: { $in: [3, 7, 11] } })
    .sort({ b: -1 })
    .limit(7)
    .toArray();
  expect(found.map(({ _id }) => _id)).toEqual([3, 7, 11, 23, 27, 31, 43]);
  // By the field of the values itself, all of them, or very many values: put in order afterwards.
  const many = Array.from({ length: 40 }, (_, n) => n);
  for (const other of [
    collection
      .find({ a: { $in: [3, 7] } })
      .sort({ a: 1, b: -1 })
      .limit(10),
    collection.find({ a: { $in: [3, 7] } }).sort({ b: -1 }),
    collection
      .find({ a: { $in: many } })
      .sort({ b: -1 })
      .limit(10),
  ])
    expect(sorts(await explain(other))).toBe(true);
});

test('a document with several of the values is found once, and none of many is missed where they are read on', async () => {
  const collection = db().collection<{ _id: number; tags: string[]; at: number }>('tagged');
  const all = Array.from({ length: 900 }, (_, _id) => ({
    _id,
    tags: [['x'], ['x', 'y'], ['y', 'z'], ['z'], ['x', 'y', 'z']][_id % 5]!,
    at: (_id * 37) % 50,
  }));
  await collection.insertMany(all);
  await collection.createIndex({ tags: 1, at: -1 });
  const found = collection.find({ tags: { $in: ['x', 'y'] } }).sort({ at: -1 });
  expect(JSON.stringify((await explain(found.clone().limit(500))).queryPlanner)).toContain('SORT_MERGE');
  for (const limit of [10, 500, 1000]) {
    const order = all
      .filter(({ tags }) => tags.includes('x') || tags.includes('y'))
      .sort((a, b) => b.at - a.at || b._id - a._id);
    // Ties come in any order: the times are compared, and whether all come once.
    const read = await found.clone().limit(limit).toArray();
    expect(read.map(({ at }) => at)).toEqual(order.slice(0, limit).map(({ at }) => at));
    expect(new Set(read.map(({ _id }) => _id)).size).toBe(read.length);
  }
});
