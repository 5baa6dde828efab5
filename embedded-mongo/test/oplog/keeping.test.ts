import { join } from 'node:path';
import { type Document, Long, MongoClient, Timestamp } from 'mongodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startEmbeddedMongo } from '../../src/index.ts';
import { ended, spawnServer, temporaryFolder } from '../server.ts';
import { entriesAfter, newestTime, startWithOplog } from './server.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  vi.useRealTimers();
  folder.remove();
});
const oplogOf = (client: MongoClient) => client.db('local').collection('oplog.rs');
const before = (left: Timestamp, right: Timestamp) => left.compare(right) < 0;

test('without the option there is no oplog, and one that was left is removed', async () => {
  const data = join(folder.path, 'data');
  const first = await startWithOplog({ data });
  expect(await oplogOf(first.client).estimatedDocumentCount()).toBe(1);
  await first.close();
  const server = await startEmbeddedMongo({ data, port: 0 });
  const client = await new MongoClient(server.url).connect();
  await client.db('d').collection('c').insertOne({});
  expect(await client.db('local').listCollections().toArray()).toEqual([]);
  await client.close();
  await server.close();
});

test('times grow over restarts and when the machine’s clock goes back', async () => {
  const data = join(folder.path, 'data');
  const start = Date.now();
  const times: Timestamp[] = [];
  for (const offset of [0, 0, -3_600_000, -7_200_000]) {
    vi.useFakeTimers({ now: start + offset, toFake: ['Date'] });
    const { client, close } = await startWithOplog({ data });
    for (let i = 0; i < 3; i++) await client.db('d').collection('c').insertOne({ offset });
    times.push(...(await entriesAfter(client, times.at(-1))).map(({ ts }) => ts as Timestamp));
    await close();
  }
  // The note of the beginning, the collection, and three in each of four rounds.
  expect(times).toHaveLength(14);
  expect(times.every((ts, at) => at === 0 || before(times[at - 1]!, ts))).toBe(true);
  expect(times.at(-1)!.t).toBeLessThanOrEqual(Math.floor(start / 1000) + 1);
});

test('the oldest entries go when it is full, the newest stays however large', async () => {
  const data = join(folder.path, 'data');
  const { client, close } = await startWithOplog({ data, oplog: 0.1 });
  const collection = client.db('d').collection('c');
  for (let i = 0; i < 200; i++) await collection.insertOne({ i, pad: 'x'.repeat(2000) });
  const entries = await entriesAfter(client);
  expect(entries.at(-1)!.o.i).toBe(199);
  expect(entries.map(({ o }) => o.i)).toEqual(entries.map((_, at) => 200 - entries.length + at));
  const { size, count } = await client.db('local').command({ collStats: 'oplog.rs' });
  expect(size).toBeLessThanOrEqual(0.1 * 1024 * 1024);
  expect(size).toBeGreaterThan(0.09 * 1024 * 1024);
  expect(count).toBe(entries.length);
  await collection.insertOne({ i: 200, pad: 'x'.repeat(300_000) });
  expect((await entriesAfter(client)).map(({ o }) => o.i)).toEqual([200]);
  await close();
  const smaller = await startWithOplog({ data, oplog: 0.05 });
  expect(await oplogOf(smaller.client).countDocuments()).toBe(1);
  await smaller.close();
});

test('clients cannot change it', async () => {
  const { client, close } = await startWithOplog();
  const oplog = oplogOf(client);
  const ts = await newestTime(client);
  for (const work of [
    () => oplog.insertOne({ ts }),
    () => oplog.updateOne({ ts }, { $set: { a: 1 } }),
    () => oplog.deleteMany({ nothing: 'like this' }),
    () => oplog.findOneAndDelete({ ts }),
    () => oplog.createIndex({ ns: 1 }),
    () => client.db('local').command({ collMod: 'oplog.rs', cappedSize: 1 }),
    () =>
      client
        .db('d')
        .collection('c')
        .aggregate([{ $documents: [] }, { $merge: { into: { db: 'local', coll: 'oplog.rs' } } }])
        .toArray(),
  ])
    await expect(work()).rejects.toMatchObject({ code: 73 });
  for (const work of [
    () => client.db('local').command({ drop: 'oplog.rs' }),
    () => client.db('local').command({ dropDatabase: 1 }),
    () => client.db('admin').command({ renameCollection: 'local.oplog.rs', to: 'local.other' }),
  ])
    await expect(work()).rejects.toMatchObject({ code: 20 });
  expect((await entriesAfter(client)).map(({ o }) => o)).toEqual([{ msg: 'initiating set' }]);
  await close();
});

test('it is read by time and in its order without looking at all of it', async () => {
  const { client, close } = await startWithOplog();
  const collection = client.db('d').collection<{ _id: number }>('c');
  for (let _id = 0; _id < 500; _id++) await collection.insertOne({ _id });
  const all = await entriesAfter(client);
  const looked = async (filter: Document, options: Document = {}) => {
    const { executionStats } = await client.db('local').command({
      explain: { find: 'oplog.rs', filter, ...options },
      verbosity: 'executionStats',
    });
    return executionStats.totalDocsExamined;
  };
  const oplog = oplogOf(client);
  const ids = (entries: Document[]) => entries.map(({ o }) => o._id);
  const { ts } = all.at(-10)!;
  for (const level of ['local', 'majority'] as const)
    expect(ids(await oplog.find({ ts: { $gt: ts } }, { readConcern: { level } }).toArray())).toEqual(
      ids(all.slice(-9)),
    );
  expect(
    ids(
      await oplog
        .find({ ts: { $gte: ts } })
        .sort({ $natural: -1 })
        .limit(3)
        .toArray(),
    ),
  ).toEqual([499, 498, 497]);
  expect(
    ids(
      await oplog
        .find({ ts: { $lte: ts } })
        .sort({ $natural: -1 })
        .limit(2)
        .toArray(),
    ),
  ).toEqual([490, 489]);
  expect(
    ids(await oplog.find({ $and: [{ ts: { $gte: ts } }, { ts: { $lt: all.at(-8)!.ts } }] }).toArray()),
  ).toEqual([490, 491]);
  expect(ids(await oplog.find({ ts }).toArray())).toEqual([490]);
  // The entries of the bounds themselves are looked at.
  expect(await looked({ ts: { $gt: ts } })).toBe(10);
  expect(await looked({ ts: { $lt: all[5]!.ts } })).toBe(6);
  expect(await looked({}, { sort: { $natural: -1 }, limit: 1 })).toBe(1);
  expect(await looked({}, { sort: { ts: -1 }, limit: 1 })).toBe(1);
  await close();
});

test('a snapshot divides the entries: those before its time are in it, the others are not', async () => {
  const { client, close } = await startWithOplog();
  const collection = client.db('d').collection<{ _id: number }>('c');
  let next = 0;
  const write = async () => {
    const _id = next++;
    const { operationTime } = await client.db('d').command({ insert: 'c', documents: [{ _id }] });
    const [entry] = await oplogOf(client).find({ 'o._id': _id }).toArray();
    expect(before(operationTime, entry!.ts)).toBe(false);
  };
  await write();
  for (let round = 0; round < 20; round++) {
    const writing = Array.from({ length: 5 }, write);
    const { cursor } = await client
      .db('d')
      .command({ find: 'c', batchSize: 1, readConcern: { level: 'snapshot' } });
    const rest = await client.db('d').command({
      find: 'c',
      batchSize: 1000,
      readConcern: { level: 'snapshot', atClusterTime: cursor.atClusterTime },
    });
    await Promise.all(writing);
    const told = await oplogOf(client)
      .find({ op: 'i', ts: { $lte: cursor.atClusterTime } })
      .toArray();
    expect(rest.cursor.firstBatch.map(({ _id }: Document) => _id)).toEqual(told.map(({ o }) => o._id));
  }
  expect(await collection.countDocuments()).toBe(next);
  await close();
}, 30_000);

test('a transaction of more than the largest entry becomes a chain of entries', async () => {
  const { client, close } = await startWithOplog({ largestOplogEntry: 4096 });
  const collection = client.db('d').collection<{ _id: number; pad?: string }>('c');
  await collection.insertOne({ _id: 0 });
  const since = await newestTime(client);
  await client.withSession((session) =>
    session.withTransaction(async () => {
      for (let _id = 1; _id <= 10; _id++)
        await collection.insertOne({ _id, pad: 'x'.repeat(1000) }, { session });
    }),
  );
  const entries = await entriesAfter(client, since);
  expect(entries.length).toBe(5);
  expect(entries.flatMap(({ o }) => o.applyOps.map((operation: Document) => operation.o._id))).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ]);
  for (const [at, { o, prevOpTime, txnNumber }] of entries.entries()) {
    expect(o.partialTxn).toBe(at < 4 ? true : undefined);
    expect(o.count).toEqual(at < 4 ? undefined : Long.fromNumber(10));
    expect(prevOpTime).toEqual(
      at === 0
        ? { ts: new Timestamp({ t: 0, i: 0 }), t: Long.NEG_ONE }
        : { ts: entries[at - 1]!.ts, t: Long.ONE },
    );
    expect(txnNumber).toEqual(entries[0]!.txnNumber);
  }
  await close();
});

test('while nothing is written it gets a note now and then', async () => {
  const { client, close } = await startWithOplog({ oplogNoopEverySeconds: 0.05 });
  await vi.waitFor(async () => expect(await entriesAfter(client)).toHaveLength(3), { timeout: 5000 });
  expect((await entriesAfter(client)).at(-1)).toMatchObject({ op: 'n', ns: '', o: { msg: 'periodic noop' } });
  await close();
});

test('after kill -9 the documents and the entries agree', async () => {
  const file = join(folder.path, 'data');
  for (let round = 0; round < 3; round++) {
    const { child, url } = await spawnServer(file, ['--oplog', '16']);
    const client = await new MongoClient(url, {
      retryWrites: false,
      serverSelectionTimeoutMS: 1000,
    }).connect();
    const collection = client.db('d').collection<{ _id: number; n?: number }>('c');
    const start = await collection.countDocuments();
    let done = start;
    const writer = (async () => {
      for (let _id = start; ; _id++) {
        await collection.insertOne({ _id });
        await collection.updateOne({ _id }, { $inc: { n: 1 } });
        if (++done === start + 50) setTimeout(() => child.kill('SIGKILL'), round * 3);
      }
    })();
    await expect(writer).rejects.toThrow();
    await ended(child);
    await client.close();
  }
  const { client, close } = await startWithOplog({ data: file });
  const documents = await client.db('d').collection('c').find().sort({ _id: 1 }).toArray();
  expect(documents.length).toBeGreaterThanOrEqual(150);
  const told = new Map<number, Document>();
  for (const { op, o, o2 } of await entriesAfter(client)) {
    if (op === 'i') told.set(o._id, o);
    if (op === 'u') Object.assign(told.get(o2._id)!, o.diff.i);
  }
  expect([...told.values()]).toEqual(documents);
  await close();
}, 60_000);
