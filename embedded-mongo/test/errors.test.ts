import { expect, test } from 'vitest';
import { withServer } from './server.ts';

const { db, client } = withServer();
const failsWith = (promise: Promise<unknown>, code: number, extra: object = {}) =>
  expect(promise).rejects.toMatchObject({ code, ...extra });

test('duplicate keys tell the index, the pattern and the value', async () => {
  const collection = db().collection('unique');
  await collection.createIndex({ a: 1, b: -1 }, { unique: true });
  await collection.insertOne({ a: 1, b: 'x' });
  await failsWith(collection.insertOne({ a: 1, b: 'x' }), 11000, {
    keyPattern: { a: 1, b: -1 },
    keyValue: { a: 1, b: 'x' },
  });
  await failsWith(
    db()
      .collection('twice')
      .insertMany([{ _id: 1 as never }, { _id: 1 as never }]),
    11000,
  );
  await db()
    .collection('dups')
    .insertMany([{ a: 1 }, { a: 1 }]);
  await failsWith(db().collection('dups').createIndex({ a: 1 }, { unique: true }), 11000);
  expect(await db().collection('dups').indexes()).toHaveLength(1);
});

test('an unordered batch goes on after a failure, an ordered one does not', async () => {
  const documents = [{ _id: 1 }, { _id: 1 }, { _id: 2 }];
  const ordered = await db().command({ insert: 'ordered', documents });
  expect(ordered).toMatchObject({ ok: 1, n: 1, writeErrors: [{ index: 1, code: 11000 }] });
  const unordered = await db().command({ insert: 'unordered', documents, ordered: false });
  expect(unordered).toMatchObject({ ok: 1, n: 2, writeErrors: [{ index: 1, code: 11000 }] });
});

test.each<[string, object, number, string]>([
  ['unknown command', { nonsense: 1 }, 59, 'CommandNotFound'],
  ['unknown field', { find: 'c', nonsense: 1 }, 40415, 'Location40415'],
  ['unknown operator', { find: 'c', filter: { a: { $nonsense: 1 } } }, 2, 'BadValue'],
  ['unknown top-level operator', { find: 'c', filter: { $nonsense: 1 } }, 2, 'BadValue'],
  ['wrong type of filter', { find: 'c', filter: 5 }, 14, 'TypeMismatch'],
  ['a hint that does not exist', { find: 'present', filter: {}, hint: 'nonsense' }, 2, 'BadValue'],
  ['unknown stage', { aggregate: 'c', pipeline: [{ $nonsense: 1 }], cursor: {} }, 40324, 'Location40324'],
  [
    'unknown expression',
    { aggregate: 'c', pipeline: [{ $project: { a: { $nonsense: 1 } } }], cursor: {} },
    168,
    'InvalidPipelineOperator',
  ],
  [
    'unknown accumulator',
    { aggregate: 'c', pipeline: [{ $group: { _id: 1, a: { $nonsense: 1 } } }], cursor: {} },
    15952,
    'Location15952',
  ],
  ['mixed projection', { find: 'c', projection: { a: 1, b: 0 } }, 31254, 'Location31254'],
  ['listIndexes of nothing', { listIndexes: 'nothing' }, 26, 'NamespaceNotFound'],
  ['dropping an index that is not there', { dropIndexes: 'present', index: 'nothing' }, 27, 'IndexNotFound'],
  ['dropping the _id index', { dropIndexes: 'present', index: '_id_' }, 72, 'InvalidOptions'],
  [
    'a collection that exists with other options',
    { create: 'present', capped: true, size: 1000 },
    48,
    'NamespaceExists',
  ],
  ['a bad collection name', { create: 'a$b' }, 73, 'InvalidNamespace'],
  [
    'one key, other options',
    { createIndexes: 'present', indexes: [{ key: { k: 1 }, name: 'k_1', unique: true }] },
    85,
    'IndexOptionsConflict',
  ],
  [
    'one name, other key',
    { createIndexes: 'present', indexes: [{ key: { other: 1 }, name: 'k_1' }] },
    86,
    'IndexKeySpecsConflict',
  ],
  ['getMore of no cursor', { getMore: 5n, collection: 'c' }, 43, 'CursorNotFound'],
  [
    'change streams',
    { aggregate: 'present', pipeline: [{ $changeStream: {} }], cursor: {} },
    40573,
    'Location40573',
  ],
  ['tailable cursors', { find: 'present', tailable: true }, 2, 'BadValue'],
  [
    'more replicas than there are',
    { insert: 'c', documents: [{}], writeConcern: { w: 3 } },
    100,
    'UnsatisfiableWriteConcern',
  ],
])('%s', async (_name, command, code, codeName) => {
  await db().collection('present').createIndex({ k: 1 });
  await failsWith(db().command(command as never), code, { codeName });
});

test.each<[string, object | object[], number]>([
  ['unknown modifier', { $nonsense: { a: 1 } }, 9],
  ['changing _id', { $set: { _id: 2 } }, 66],
  ['incrementing a text', { $inc: { text: 1 } }, 14],
  ['pushing to a text', { $push: { text: 1 } }, 2],
  ['a path through a text', { $set: { 'text.inner': 1 } }, 28],
  ['two changes of one path', { $set: { a: 1 }, $inc: { a: 1 } }, 40],
  ['a filter nobody uses', { $set: { a: 1 } }, 9],
])('update: %s', async (name, update, code) => {
  const collection = db().collection(`update ${name}`);
  await collection.insertOne({ _id: 1 as never, text: 'x' });
  const options = name.startsWith('a filter') ? { arrayFilters: [{ e: 1 }] } : {};
  await failsWith(collection.updateOne({}, update as never, options), code);
  expect(await collection.findOne()).toEqual({ _id: 1, text: 'x' });
});

test('a validator refuses documents, also by $jsonSchema and after collMod', async () => {
  const collection = await db().createCollection('valid', {
    validator: {
      $jsonSchema: { required: ['name'], properties: { name: { bsonType: 'string', minLength: 2 } } },
    },
  });
  await failsWith(collection.insertOne({ name: 'x' }), 121);
  await collection.insertOne({ name: 'xy' });
  await failsWith(collection.updateOne({}, { $set: { name: 5 } }), 121);
  await collection.insertOne({ name: 1 }, { bypassDocumentValidation: true });
  await db().command({ collMod: 'valid', validator: { age: { $gte: 18 } } });
  await failsWith(collection.insertOne({ name: 'xyz' }), 121);
});

test('documents beyond 16 MiB are refused', async () => {
  const collection = db().collection<{ a: string; b?: string }>('large');
  await collection.insertOne({ a: 'x'.repeat(10_000_000) });
  await failsWith(collection.updateOne({}, { $set: { b: 'x'.repeat(10_000_000) } }), 10334);
});

test('a failing server can be played by the fail point', async () => {
  const admin = client().db('admin');
  await admin.command({
    configureFailPoint: 'failCommand',
    mode: { times: 1 },
    data: { failCommands: ['find'], errorCode: 96 },
  });
  await failsWith(db().collection('c').findOne(), 96);
  expect(await db().collection('c').findOne()).toBeNull();
});
