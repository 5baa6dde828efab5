import { MongoClient, type MongoServerError } from 'mongodb';
import { expect, test } from 'vitest';
import { startEmbeddedMongo } from '../src/index.ts';
import { withServer } from './server.ts';

const { db, client, url } = withServer();
type Account = { _id: number; n: number };

test('a transaction sees its own changes and its moment; others see it when it is committed', async () => {
  const accounts = db().collection<Account>('isolation');
  await accounts.insertMany([
    { _id: 1, n: 1 },
    { _id: 2, n: 2 },
  ]);
  const session = client().startSession();
  session.startTransaction();
  await accounts.updateOne({ _id: 1 }, { $inc: { n: 10 } }, { session });
  await accounts.insertOne({ _id: 3, n: 3 }, { session });
  await accounts.deleteOne({ _id: 2 }, { session });
  await accounts.insertOne({ _id: 9, n: 9 });
  const inside = await accounts
    .find({ n: { $gt: 0 } }, { session })
    .sort({ _id: 1 })
    .toArray();
  expect(inside).toEqual([
    { _id: 1, n: 11 },
    { _id: 3, n: 3 },
  ]);
  expect(await accounts.find().sort({ _id: 1 }).toArray()).toEqual([
    { _id: 1, n: 1 },
    { _id: 2, n: 2 },
    { _id: 9, n: 9 },
  ]);
  await session.commitTransaction();
  expect(await accounts.find().sort({ _id: 1 }).toArray()).toEqual([
    { _id: 1, n: 11 },
    { _id: 3, n: 3 },
    { _id: 9, n: 9 },
  ]);
  await session.endSession();
});

test('an aborted transaction leaves nothing, and is over', async () => {
  const accounts = db().collection<Account>('abort');
  const session = client().startSession();
  session.startTransaction();
  await accounts.insertOne({ _id: 1, n: 1 }, { session });
  const number = session.serverSession.txnNumber;
  await session.abortTransaction();
  expect(await accounts.countDocuments()).toBe(0);
  const late = client()
    .db('admin')
    .command({ commitTransaction: 1, lsid: session.id, txnNumber: number, autocommit: false } as never);
  await expect(late).rejects.toMatchObject({ code: 251, codeName: 'NoSuchTransaction' });
  await session.endSession();
});

test('the second of two transactions that change one document gets a write conflict', async () => {
  const accounts = db().collection<Account>('conflict');
  await accounts.insertOne({ _id: 1, n: 1 });
  const [first, second] = [client().startSession(), client().startSession()];
  first.startTransaction();
  second.startTransaction();
  await accounts.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session: first });
  const error = await accounts
    .updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session: second })
    .catch((caught: MongoServerError) => caught);
  expect(error).toMatchObject({ code: 112, codeName: 'WriteConflict' });
  expect((error as MongoServerError).hasErrorLabel('TransientTransactionError')).toBe(true);
  await first.commitTransaction();
  await second.abortTransaction();
  expect(await accounts.findOne()).toEqual({ _id: 1, n: 2 });
  await Promise.all([first.endSession(), second.endSession()]);
});

test('a write outside waits for the transaction that holds the document', async () => {
  const accounts = db().collection<Account>('waits');
  await accounts.insertOne({ _id: 1, n: 1 });
  const session = client().startSession();
  session.startTransaction();
  await accounts.updateOne({ _id: 1 }, { $inc: { n: 10 } }, { session });
  let done = false;
  const outside = accounts.updateOne({ _id: 1 }, { $inc: { n: 100 } }).then(() => {
    done = true;
  });
  await accounts.insertOne({ _id: 2, n: 0 });
  expect(done).toBe(false);
  await session.commitTransaction();
  await outside;
  expect(await accounts.findOne({ _id: 1 })).toEqual({ _id: 1, n: 111 });
  await session.endSession();
});

test('a write outside waits for the transaction that removes the document, and then finds none', async () => {
  const accounts = db().collection<Account>('removed');
  await accounts.insertOne({ _id: 1, n: 1 });
  const session = client().startSession();
  session.startTransaction();
  await accounts.deleteOne({ _id: 1 }, { session });
  let done = false;
  const outside = accounts.updateOne({ _id: 1 }, { $inc: { n: 100 } }).then((result) => {
    done = true;
    return result;
  });
  await accounts.insertOne({ _id: 2, n: 0 });
  expect(done).toBe(false);
  await session.commitTransaction();
  expect((await outside).matchedCount).toBe(0);
  expect(await accounts.find().toArray()).toEqual([{ _id: 2, n: 0 }]);
  await session.endSession();
});

test('no amount is lost when many transfer at once', async () => {
  const accounts = db().collection<Account>('transfers');
  await accounts.insertMany(Array.from({ length: 5 }, (_, _id) => ({ _id, n: 100 })));
  const transfer = (from: number, to: number) =>
    client().withSession((session) =>
      session.withTransaction(async () => {
        await accounts.updateOne({ _id: from }, { $inc: { n: -1 } }, { session });
        await accounts.updateOne({ _id: to }, { $inc: { n: 1 } }, { session });
      }),
    );
  await Promise.all(Array.from({ length: 40 }, (_, i) => transfer(i % 5, (i * 3 + 1) % 5)));
  const [total] = await accounts.aggregate([{ $group: { _id: null, n: { $sum: '$n' } } }]).toArray();
  expect(total!.n).toBe(500);
});

test('a write that is sent twice under one number is done once', async () => {
  // A client of its own: its session is numbered by hand, which the driver's pool of sessions must not meet again.
  const own = await new MongoClient(url()).connect();
  const session = own.startSession();
  const updates = [{ q: { _id: 1 }, u: { $inc: { n: 1 } }, upsert: true }];
  const send = (txnNumber: bigint) =>
    own.db('test').command({ update: 'once', updates, txnNumber } as never, { session });
  const first = await send(7n);
  expect((await send(7n)).upserted).toEqual(first.upserted);
  expect(await db().collection('once').findOne()).toMatchObject({ n: 1 });
  await send(8n);
  expect(await db().collection('once').findOne()).toMatchObject({ n: 2 });
  await expect(send(7n)).rejects.toMatchObject({ code: 225 });
  await session.endSession();
  await own.close();
});

test('a snapshot session reads one moment', async () => {
  const accounts = db().collection<Account>('snapshot');
  await accounts.insertOne({ _id: 1, n: 1 });
  await client().withSession({ snapshot: true }, async (session) => {
    expect(await accounts.findOne({}, { session })).toEqual({ _id: 1, n: 1 });
    await accounts.updateOne({ _id: 1 }, { $set: { n: 2 } });
    expect(await accounts.findOne({}, { session })).toEqual({ _id: 1, n: 1 });
    expect(await accounts.countDocuments({ n: 1 }, { session })).toBe(1);
  });
  expect(await accounts.findOne()).toEqual({ _id: 1, n: 2 });
});

test('a standalone server says that it is none of a replica set, and refuses transactions as MongoDB does', async () => {
  const server = await startEmbeddedMongo({ data: ':memory:', port: 0, standalone: true });
  const alone = await new MongoClient(server.url).connect();
  try {
    const hello = await alone.db('admin').command({ hello: 1 });
    expect(hello).toMatchObject({ isWritablePrimary: true });
    expect(hello.setName).toBeUndefined();
    const accounts = alone.db('test').collection<Account>('alone');
    await accounts.insertOne({ _id: 1, n: 1 });
    const session = alone.startSession();
    session.startTransaction();
    await expect(accounts.insertOne({ _id: 2, n: 2 }, { session })).rejects.toMatchObject({
      originalError: { code: 20 },
    });
    await session.endSession();
    expect(await accounts.countDocuments()).toBe(1);
  } finally {
    await alone.close();
    await server.close();
  }
});
