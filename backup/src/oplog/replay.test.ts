import { Binary, deserialize, Int32, Long, serialize, Timestamp } from 'bson';
import { startEmbeddedMongo } from 'embedded-mongo';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasCode } from '../errors.ts';
import { entryFor } from './entry.ts';
import { Replay } from './replay.ts';

/** Entries as mongod 7 and 8 write them. Source: mongo, db/repl/oplog_entry.idl and the oplogs in its jstests. */
let second = 100;
const zero = { ts: new Timestamp({ t: 0, i: 0 }), t: new Long(-1) };
const entry = (op: string, ns: string, o: object, more: object = {}): Uint8Array =>
  serialize({ ...more, op, ns, o, ts: new Timestamp({ t: ++second, i: 1 }), t: new Long(1), v: new Long(2) });
const insert = (_id: number, more: object = {}) => entry('i', 'crm.leads', { _id, ...more }, { o2: { _id } });
const inside = (_id: number, ns = 'crm.leads') => ({ op: 'i', ns, o: { _id }, o2: { _id } });
const session = { lsid: { id: new Binary(Buffer.alloc(16, 1), 4) }, txnNumber: new Long(7) };
const partOf = (applyOps: object[], o: object, more: object = {}) =>
  entry('c', 'admin.$cmd', { applyOps, ...o }, { ...session, ...more });
const after = { prevOpTime: { ts: new Timestamp({ t: 50, i: 1 }), t: new Long(1) } };

let server: Awaited<ReturnType<typeof startEmbeddedMongo>>;
let client: MongoClient;
let replay: Replay;

beforeAll(async () => {
  server = await startEmbeddedMongo({ data: ':memory:', port: 0 });
  client = await new MongoClient(server.url).connect();
});
afterAll(async () => {
  await client?.close();
  await server?.close();
});
beforeEach(async () => {
  await client.db('crm').dropDatabase();
  replay = new Replay(client, [], {
    target: (namespace) => (namespace.db === 'crm' ? namespace : undefined),
  });
  await replay.apply(
    entry('c', 'crm.$cmd', { create: 'leads', idIndex: { v: 2, key: { _id: 1 }, name: '_id_' } }),
  );
});

const leads = async () =>
  (await client.db('crm').collection('leads').find().sort({ _id: 1 }).toArray()) as unknown[];
const ids = async () => ((await leads()) as { _id: number }[]).map(({ _id }) => _id);
async function apply(...entries: Uint8Array[]): Promise<void> {
  for (const each of entries) await replay.apply(each);
  await replay.finish();
}

describe('a transaction', () => {
  test('in one entry is made', async () => {
    await apply(partOf([inside(1), inside(2)], {}, { prevOpTime: zero }));
    expect(await ids()).toEqual([1, 2]);
  });

  test('in several entries is made with its last one, whatever comes between', async () => {
    await apply(
      partOf([inside(1)], { partialTxn: true }, { prevOpTime: zero }),
      insert(10),
      partOf([inside(2)], { partialTxn: true }, after),
    );
    expect(await ids()).toEqual([10]);
    await apply(partOf([inside(3)], { count: new Long(3) }, after));
    expect(await ids()).toEqual([1, 2, 3, 10]);
  });

  test('that was given up, or had not ended, leaves nothing', async () => {
    await apply(
      partOf([inside(1)], { partialTxn: true }, { prevOpTime: zero }),
      entry('c', 'admin.$cmd', { abortTransaction: 1 }, { ...session, ...after }),
      partOf([inside(2)], { partialTxn: true }, { ...session, txnNumber: new Long(8), prevOpTime: zero }),
    );
    expect(await ids()).toEqual([]);
  });

  test('whose beginning is missing is an error', async () => {
    await expect(apply(partOf([inside(3)], { count: new Long(3) }, after))).rejects.toThrow(
      'whose beginning',
    );
  });

  test('is none where one command inserted several documents', async () => {
    const several = { ...after, multiOpType: new Int32(1) };
    await apply(partOf([inside(1), inside(2)], {}, several));
    expect(await ids()).toEqual([1, 2]);
  });
});

test('many changes of one document are one', async () => {
  await apply(
    insert(1, { a: 1 }),
    entry('u', 'crm.leads', { $v: new Int32(2), diff: { u: { a: 2 }, i: { b: 1 } } }, { o2: { _id: 1 } }),
    entry('u', 'crm.leads', { _id: 1, whole: true }, { o2: { _id: 1 } }),
    entry('d', 'crm.leads', { _id: 1 }),
    insert(1, { again: true }),
    entry('u', 'crm.leads', { $v: new Int32(2), diff: { i: { c: 1 } } }, { o2: { _id: 1 } }),
  );
  expect(await leads()).toEqual([{ _id: 1, again: true, c: 1 }]);
  await apply(
    entry('u', 'crm.leads', { $v: new Int32(2), diff: { d: { again: false } } }, { o2: { _id: 1 } }),
    entry('u', 'crm.leads', { _id: 2, upserted: true }, { o2: { _id: 2 } }),
  );
  expect(await leads()).toEqual([
    { _id: 1, c: 1 },
    { _id: 2, upserted: true },
  ]);
});

test('indexes are those that there are in the end', async () => {
  const index = (name: string, key: object) => ({ v: new Int32(2), key, name });
  await apply(
    entry('c', 'crm.$cmd', { createIndexes: 'leads', ...index('a_1', { a: 1 }) }),
    entry('c', 'crm.$cmd', { startIndexBuild: 'leads', indexes: [index('b_1', { b: 1 })] }),
    entry('c', 'crm.$cmd', { commitIndexBuild: 'leads', indexes: [index('b_1', { b: 1 })] }),
    entry('c', 'crm.$cmd', { dropIndexes: 'leads', index: 'a_1' }, { o2: index('a_1', { a: 1 }) }),
    entry('c', 'crm.$cmd', { collMod: 'leads', index: { name: 'b_1', hidden: true } }),
    entry('c', 'crm.$cmd', { renameCollection: 'crm.leads', to: 'crm.people', stayTemp: false }),
  );
  const [live] = replay.collections;
  expect(live!.target.collection).toBe('people');
  expect([...live!.indexes].map(([name, spec]) => [name, spec.get('hidden')])).toEqual([['b_1', true]]);
});

test('a view is made, changed and dropped', async () => {
  const view = (pipeline: object[]) => ({ _id: 'crm.big', viewOn: 'leads', pipeline });
  const names = async () =>
    (await client.db('crm').listCollections({ type: 'view' }).toArray()).map(({ name }) => name);
  await apply(
    insert(1, { n: 1 }),
    insert(2, { n: 5 }),
    entry('c', 'crm.$cmd', { create: 'system.views', idIndex: { v: 2, key: { _id: 1 }, name: '_id_' } }),
    entry('i', 'crm.system.views', view([])),
  );
  expect(await names()).toEqual(['big']);
  const changed = view([{ $match: { n: { $gt: 2 } } }]);
  await apply(entry('u', 'crm.system.views', changed, { o2: { _id: 'crm.big' } }));
  expect(await client.db('crm').collection('big').countDocuments()).toBe(1);
  await apply(entry('d', 'crm.system.views', { _id: 'crm.big' }));
  expect(await names()).toEqual([]);
});

test.each([
  [
    'a change of a document that is not there',
    entry('u', 'crm.leads', { $v: new Int32(2), diff: { u: { a: 1 } } }, { o2: { _id: 9 } }),
    'oplog.corrupt',
  ],
  [
    'a collection that is not there',
    entry('i', 'crm.nowhere', { _id: 1 }, { o2: { _id: 1 } }),
    'oplog.corrupt',
  ],
  ['a time series', entry('i', 'crm.system.buckets.t', { _id: 1 }, { o2: { _id: 1 } }), 'oplog.unsupported'],
  [
    'a new time series',
    entry('c', 'crm.$cmd', { create: 'system.buckets.t', timeseries: { timeField: 'at' } }),
    'oplog.unsupported',
  ],
  [
    'an update of MongoDB before 4.4',
    entry('u', 'crm.leads', { $v: new Int32(1), $set: { a: 1 } }, { o2: { _id: 1 } }),
    'oplog.unsupported',
  ],
  [
    'a command that it does not know',
    entry('c', 'crm.$cmd', { convertToCapped: 'leads', size: 1 }),
    'oplog.unsupported',
  ],
  ['an operation that it does not know', entry('x', 'crm.leads', { _id: 1 }), 'oplog.unsupported'],
  [
    'a transaction over several shards',
    partOf([inside(1)], { prepare: true }, { prevOpTime: zero }),
    'oplog.unsupported',
  ],
  ['what is no entry', serialize({ op: 'i', ns: 'crm.leads', o: {} }), 'oplog.corrupt'],
] as const)('%s is an error, and no gap', async (_what, each, code) => {
  await expect(apply(each)).rejects.toSatisfy((error) => hasCode(error, code));
});

describe('of an entry', () => {
  const kept = (each: Uint8Array, databases: string[] | null = ['crm']) => {
    const ours = entryFor(each, databases);
    return (
      ours && (deserialize(ours).o.applyOps?.map(({ ns }: { ns: string }) => ns) ?? deserialize(ours).ns)
    );
  };
  test.each([
    ['a change', insert(1), 'crm.leads'],
    ['a change of another database', entry('i', 'crm2.leads', { _id: 1 }), undefined],
    ['a note', entry('n', '', { msg: 'periodic noop' }), undefined],
    ['a command', entry('c', 'crm.$cmd', { drop: 'leads' }), 'crm.$cmd'],
    [
      'a transaction over two databases',
      partOf([inside(1), inside(1, 'x.y'), inside(2)], {}),
      ['crm.leads', 'crm.leads'],
    ],
    ['a transaction elsewhere', partOf([inside(1, 'x.y')], {}, { prevOpTime: zero }), undefined],
    [
      'a part of a transaction, elsewhere',
      partOf([inside(1, 'x.y')], { partialTxn: true }, { prevOpTime: zero }),
      [],
    ],
    ['a session of the server', entry('u', 'config.transactions', { _id: 1 }), undefined],
  ] as const)('%s', (_what, each, expected) => {
    expect(kept(each)).toEqual(expected);
  });

  test('of all databases, those that hold data of applications', () => {
    expect(kept(entry('i', 'any.leads', { _id: 1 }), null)).toBe('any.leads');
    expect(kept(entry('u', 'config.transactions', { _id: 1 }), null)).toBeUndefined();
    expect(kept(entry('i', 'admin.system.users', { _id: 1 }), null)).toBeUndefined();
  });
});
