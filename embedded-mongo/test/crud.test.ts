import { BSON, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'mongodb';
import { expect, test } from 'vitest';
import { withServer } from './server.ts';

const { db } = withServer();

test('a document comes back byte for byte, whatever its types and the order of its fields', async () => {
  const doc = {
    _id: new ObjectId(),
    z: new Int32(1),
    10: 'number-like',
    2: 'names',
    double: new Double(1),
    long: Long.fromNumber(5),
    decimal: Decimal128.fromString('1.10'),
    min: new MinKey(),
    max: new MaxKey(),
    time: new Timestamp({ t: 1, i: 2 }),
    regex: /a+/i,
    list: [1, null, { b: 2 }],
  };
  const collection = db().collection('bytes');
  const raw = db().collection('bytes', { raw: true, promoteValues: false } as never);
  await collection.insertOne(doc);
  const [before] = (await raw.find().toArray()) as unknown as Buffer[];
  await collection.updateOne({}, { $set: { extra: 1 } });
  await collection.updateOne({}, { $unset: { extra: 1 } });
  const [after] = (await raw.find().toArray()) as unknown as Buffer[];
  expect(Buffer.compare(before!, after!)).toBe(0);
  const found = await collection.findOne({}, { promoteValues: false });
  expect(found!.double).toEqual(new Double(1));
  expect(found!.z).toEqual(new Int32(1));
});

test('$inc keeps number types and grows int32 into int64', async () => {
  const collection = db().collection('inc');
  await collection.insertOne({ _id: 1 as never, i: 2147483647, d: new Double(1) });
  await collection.updateOne({}, { $inc: { i: 1, d: 1 } });
  const found = await collection.findOne({}, { promoteValues: false });
  expect(found!.i).toEqual(Long.fromString('2147483648'));
  expect(found!.d).toEqual(new Double(2));
});

test('numbers are equal by value across types, and only values of one kind are ordered', async () => {
  const collection = db().collection<{ _id: number; v: unknown }>('kinds');
  await collection.insertMany([
    { _id: 1, v: 1 },
    { _id: 2, v: new Double(1) },
    { _id: 3, v: Long.fromNumber(1) },
    { _id: 4, v: Decimal128.fromString('1') },
    { _id: 5, v: '1' },
    { _id: 6, v: null },
    { _id: 7, v: [1, 5] },
    { _id: 8, v: new Date(1) },
  ]);
  const ids = async (filter: object) =>
    (await collection.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
  const check = async () => {
    expect(await ids({ v: 1 })).toEqual([1, 2, 3, 4, 7]);
    expect(await ids({ v: { $gt: 1 } })).toEqual([7]);
    expect(await ids({ v: { $gte: '' } })).toEqual([5]);
    expect(await ids({ v: { $type: 'double' } })).toEqual([2]);
    expect(await ids({ v: { $ne: 1 } })).toEqual([5, 6, 8]);
    expect(await ids({ v: null })).toEqual([6]);
    expect(await ids({ v: { $elemMatch: { $gt: 1, $lt: 9 } } })).toEqual([7]);
  };
  await check();
  await collection.createIndex({ v: 1 });
  await check();
});

test('updates: arrayFilters, positional, pipelines, upserts', async () => {
  const collection = db().collection<{ _id: number; [field: string]: unknown }>('updates');
  await collection.insertOne({ _id: 1, a: [{ x: 1 }, { x: 2 }, { x: 3 }], n: 5 });
  await collection.updateOne(
    { _id: 1 },
    { $set: { 'a.$[big].y': true } },
    { arrayFilters: [{ 'big.x': { $gte: 2 } }] },
  );
  await collection.updateOne({ 'a.x': 2 }, { $set: { 'a.$.z': 'here' } });
  await collection.updateOne({ _id: 1 }, [{ $set: { m: { $multiply: ['$n', 2] } } }, { $unset: 'n' }]);
  expect(await collection.findOne()).toEqual({
    _id: 1,
    a: [{ x: 1 }, { x: 2, y: true, z: 'here' }, { x: 3, y: true }],
    m: 10,
  });
  const result = await collection.updateOne(
    { _id: 2, k: 'v', n: { $gt: 3 } },
    { $set: { s: 1 }, $setOnInsert: { t: 2 } },
    { upsert: true },
  );
  expect(result).toMatchObject({ matchedCount: 0, modifiedCount: 0, upsertedCount: 1, upsertedId: 2 });
  expect(await collection.findOne({ _id: 2 })).toEqual({ _id: 2, k: 'v', s: 1, t: 2 });
  expect(await collection.updateOne({ _id: 2 }, { $set: { s: 1 } })).toMatchObject({
    matchedCount: 1,
    modifiedCount: 0,
  });
});

test('aggregation: $lookup, $facet, $group, $unwind, $merge, $out, views', async () => {
  const orders = db().collection('orders');
  await orders.insertMany([
    { c: 1, items: ['a', 'b'], n: 2 },
    { c: 2, items: ['b'], n: 3 },
    { c: 1, items: [], n: 5 },
  ]);
  await db()
    .collection('clients')
    .insertMany([
      { _id: 1 as never, name: 'Ana' },
      { _id: 2 as never, name: 'Bea' },
    ]);
  const [result] = await orders
    .aggregate([
      { $lookup: { from: 'clients', localField: 'c', foreignField: '_id', as: 'client' } },
      {
        $facet: {
          byClient: [
            { $group: { _id: { $first: '$client.name' }, total: { $sum: '$n' } } },
            { $sort: { _id: 1 } },
          ],
          byItem: [{ $unwind: '$items' }, { $sortByCount: '$items' }],
          count: [{ $count: 'n' }],
        },
      },
    ])
    .toArray();
  expect(result).toEqual({
    byClient: [
      { _id: 'Ana', total: 7 },
      { _id: 'Bea', total: 3 },
    ],
    byItem: [
      { _id: 'b', count: 2 },
      { _id: 'a', count: 1 },
    ],
    count: [{ n: 3 }],
  });
  await orders
    .aggregate([{ $group: { _id: '$c', n: { $sum: '$n' } } }, { $merge: { into: 'totals' } }])
    .toArray();
  await orders
    .aggregate([
      { $match: { c: 1 } },
      { $group: { _id: '$c', n: { $sum: 100 } } },
      { $merge: { into: 'totals', whenMatched: 'replace' } },
    ])
    .toArray();
  expect(await db().collection('totals').find().sort({ _id: 1 }).toArray()).toEqual([
    { _id: 1, n: 200 },
    { _id: 2, n: 3 },
  ]);
  await orders.aggregate([{ $project: { _id: '$n' } }, { $out: 'numbers' }]).toArray();
  expect(await db().collection('numbers').countDocuments()).toBe(3);
  await db().createCollection('big', {
    viewOn: 'orders',
    pipeline: [{ $match: { n: { $gte: 3 } } }, { $project: { _id: 0, n: 1 } }],
  });
  expect(
    await db()
      .collection('big')
      .find({ n: { $lt: 5 } })
      .toArray(),
  ).toEqual([{ n: 3 }]);
  await expect(db().collection('big').insertOne({})).rejects.toMatchObject({ code: 166 });
});

test('cursors: batches, getMore, killCursors', async () => {
  const collection = db().collection('batches');
  await collection.insertMany(Array.from({ length: 1000 }, (_, i) => ({ _id: i as never })));
  const cursor = collection.find({}, { batchSize: 7 }).sort({ _id: -1 });
  expect((await cursor.toArray()).map(({ _id }) => Number(_id))).toEqual(
    Array.from({ length: 1000 }, (_, i) => 999 - i),
  );
  const { cursor: open } = await db().command({ find: 'batches', batchSize: 2 });
  expect(await db().command({ killCursors: 'batches', cursors: [open.id] })).toMatchObject({
    cursorsKilled: [open.id],
  });
  await expect(
    db().command({ getMore: Long.fromNumber(open.id), collection: 'batches' }),
  ).rejects.toMatchObject({
    code: 43,
    codeName: 'CursorNotFound',
  });
});

test('collation: equality, sort and unique indexes without regard to case', async () => {
  const collection = db().collection('collated');
  const collation = { locale: 'pt', strength: 2 };
  await collection.insertMany([{ n: 'beta' }, { n: 'Álvaro' }, { n: 'alfa' }, { n: 'Beta 2' }]);
  expect((await collection.find().sort({ n: 1 }).collation(collation).toArray()).map(({ n }) => n)).toEqual([
    'alfa',
    'Álvaro',
    'beta',
    'Beta 2',
  ]);
  await collection.createIndex({ n: 1 }, { unique: true, collation });
  expect(await collection.findOne({ n: 'BETA' }, { collation })).toMatchObject({ n: 'beta' });
  expect(await collection.findOne({ n: 'BETA' })).toBeNull();
  await expect(collection.insertOne({ n: 'ALFA' })).rejects.toMatchObject({ code: 11000 });
  await collection.insertOne({ n: 'álfa' });
});

test('a pipeline that only looks for documents, in several places, gives them byte for byte', async () => {
  const one = db().collection<{ _id: number; at: number }>('one');
  const other = db().collection<{ _id: number; odd: unknown }>('other');
  await one.insertMany(Array.from({ length: 300 }, (_, _id) => ({ _id, at: 300 - _id })));
  await one.createIndex({ at: 1 });
  await other.insertOne({ _id: 7, odd: { 2: new Long(5), 1: new Double(3), a: [] } });
  await db().createCollection('late', { viewOn: 'one', pipeline: [{ $match: { at: { $lte: 2 } } }] });
  const pipeline = [
    { $match: { at: { $gt: 10 } } },
    { $sort: { at: 1 } },
    { $skip: 1 },
    { $limit: 120 },
    { $unionWith: { coll: 'other' } },
    { $unionWith: { coll: 'missing', pipeline: [{ $match: { a: 1 } }] } },
    { $unionWith: { coll: 'late', pipeline: [{ $sort: { at: 1 } }] } },
  ];
  // Over more than one batch, and the same with a stage that has each document read.
  const stored = await one.aggregate(pipeline, { promoteValues: false, batchSize: 50 }).toArray();
  const computed = await one.aggregate([...pipeline, { $addFields: {} }], { promoteValues: false }).toArray();
  const order = Array.from({ length: 120 }, (_, n) => 300 - (12 + n));
  expect(stored.map(({ _id }) => Number(_id))).toEqual([...order, 7, 299, 298]);
  expect(stored.map((each) => BSON.serialize(each).toString())).toEqual(
    computed.map((each) => BSON.serialize(each).toString()),
  );
  await expect(one.aggregate([{ $unionWith: { coll: 7 } }]).toArray()).rejects.toThrow('$unionWith.coll');
  for (const [wrong, code] of [
    [null, 14],
    [5, 14],
    [{ $nonsense: 1 }, 40324],
    [{}, 40323],
  ])
    for (const stage of [
      { $unionWith: { coll: 'other', pipeline: [wrong] } },
      { $lookup: { from: 'other', pipeline: [wrong], as: 'found' } },
      { $facet: { found: [wrong] } },
    ])
      await expect(one.aggregate([stage] as object[]).toArray(), JSON.stringify(stage)).rejects.toMatchObject(
        { code },
      );
});
