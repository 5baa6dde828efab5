import { Binary, Decimal128, type Document, Double, Int32, Long, Timestamp, UUID } from 'mongodb';
import { expect, test, vi } from 'vitest';
import { entriesAfter, newestTime, withOplog } from './server.ts';

const { client, db, told } = withOplog({ expireEverySeconds: 0.05 });

const common = { t: Long.ONE, v: Long.fromNumber(2) };
const nothingBefore = { ts: new Timestamp({ t: 0, i: 0 }), t: Long.NEG_ONE };
const uuidOf = async (name: string): Promise<Binary> => {
  const [info] = await db().listCollections({ name }).toArray();
  return new Binary((info as { info?: { uuid: UUID } }).info!.uuid.buffer, 4);
};
interface Numbered {
  _id: number;
  n?: number;
  at?: Date;
}
const made = async (name: string, ...documents: Document[]) => {
  await db().createCollection(name);
  const collection = db().collection<Numbered>(name);
  if (documents.length > 0) await collection.insertMany(documents as never[]);
  const about = { ns: `test.${name}`, ui: await uuidOf(name) };
  const command = { op: 'c', ns: 'test.$cmd', ui: about.ui };
  return { collection, about, command };
};
/** A write without a number, as the shell of old sent it. */
const plain = (command: Document) => () => db().command(command);

test('the oplog begins with a note, in a capped collection without an index', async () => {
  const [first] = await entriesAfter(client());
  expect(first).toEqual({
    op: 'n',
    ns: '',
    o: { msg: 'initiating set' },
    ts: expect.any(Timestamp),
    ...common,
    wall: expect.any(Date),
  });
  const [info] = await client().db('local').listCollections().toArray();
  expect(info).toMatchObject({
    name: 'oplog.rs',
    options: { capped: true, size: 16 * 1024 * 1024, autoIndexId: false },
  });
  expect(await client().db('local').collection('oplog.rs').indexes()).toEqual([]);
});

test('an insert that makes its collection', async () => {
  const entries = await told(plain({ insert: 'implicit', documents: [{ _id: 1, a: new Double(2) }] }));
  const ui = await uuidOf('implicit');
  const idIndex = { v: 2, key: { _id: 1 }, name: '_id_' };
  expect(entries).toEqual([
    { op: 'c', ns: 'test.$cmd', ui, o: { create: 'implicit', idIndex }, ...common },
    { op: 'i', ns: 'test.implicit', ui, o: { _id: 1, a: 2 }, o2: { _id: 1 }, ...common },
  ]);
  expect(Object.keys(entries[1]!)).toEqual(['op', 'ns', 'ui', 'o', 'o2', 't', 'v']);
});

test('a retryable write names its session, its number and its statements, one after the other', async () => {
  const { collection, about } = await made('retryable', { _id: 1, n: 1 });
  const before = await newestTime(client());
  await collection.bulkWrite([
    { updateOne: { filter: { _id: 1 }, update: { $inc: { n: 1 } } } },
    { replaceOne: { filter: { _id: 1 }, replacement: { n: 7 } } },
  ]);
  const entries = await entriesAfter(client(), before);
  const session = { lsid: entries[0]!.lsid, txnNumber: expect.any(Long) };
  const rest = { o2: { _id: 1 }, ts: expect.any(Timestamp), ...common, wall: expect.any(Date) };
  expect(entries).toEqual([
    {
      ...session,
      op: 'u',
      ...about,
      o: { $v: 2, diff: { u: { n: 2 } } },
      stmtId: 0,
      ...rest,
      prevOpTime: nothingBefore,
    },
    {
      ...session,
      op: 'u',
      ...about,
      o: { _id: 1, n: 7 },
      stmtId: 1,
      ...rest,
      prevOpTime: { ts: entries[0]!.ts, t: Long.ONE },
    },
  ]);
  // The digest of the empty name: that of nobody.
  expect(entries[0]!.lsid.uid.toString('hex')).toMatch(/^e3b0c44298fc1c14/);
  expect(Object.keys(entries[0]!)).toEqual(
    'lsid txnNumber op ns ui o o2 stmtId ts t v wall prevOpTime'.split(' '),
  );
});

test('inserts of several documents go into one entry, or each into its own when one fails', async () => {
  const { about } = await made('vector', { _id: 0 });
  const documents = [{ _id: 1 }, { _id: 2 }];
  const inserts = documents.map((o) => ({ op: 'i', ...about, o, o2: o }));
  expect(await told(plain({ insert: 'vector', documents }))).toEqual([
    { op: 'c', ns: 'admin.$cmd', o: { applyOps: inserts }, ...common },
  ]);
  const failing = plain({
    insert: 'vector',
    documents: [{ _id: 3 }, { _id: 0 }, { _id: 4 }],
    ordered: false,
  });
  expect(await told(failing)).toEqual(
    [3, 4].map((_id) => ({ op: 'i', ...about, o: { _id }, o2: { _id }, ...common })),
  );
});

test('a retryable insert of 1,200 documents becomes three entries that can be applied on their own', async () => {
  const { collection } = await made('long-vector');
  const before = await newestTime(client());
  await collection.insertMany(Array.from({ length: 1200 }, (_, _id) => ({ _id })));
  const entries = await entriesAfter(client(), before);
  expect(entries.map(({ o }) => o.applyOps.length)).toEqual([500, 500, 200]);
  expect(entries[2]).toMatchObject({
    multiOpType: 1,
    txnNumber: entries[0]!.txnNumber,
    prevOpTime: { ts: entries[1]!.ts, t: Long.ONE },
  });
  expect(entries[2]!.o.applyOps[0]).toMatchObject({
    op: 'i',
    o: { _id: 1000 },
    o2: { _id: 1000 },
    stmtId: 1000,
  });
});

test.each<[string, Document, Document | Document[], Document]>([
  ['a field', { n: 1 }, { $set: { n: 2 } }, { u: { n: 2 } }],
  ['a type', { n: 1 }, { $set: { n: new Double(1) } }, { u: { n: 1 } }],
  ['a new field', { n: 1 }, { $set: { 'a.b': 1 } }, { i: { a: { b: 1 } } }],
  ['a removed field', { n: 1, m: 2 }, { $unset: { n: '' } }, { d: { n: false } }],
  ['a nested field', { a: { b: 1, c: 1 } }, { $inc: { 'a.b': 1 } }, { sa: { u: { b: 2 } } }],
  [
    'a nested document as a whole',
    { a: { b: 1, c: 1 } },
    { $set: { a: { b: 2, c: 1 } } },
    { u: { a: { b: 2, c: 1 } } },
  ],
  [
    'a grown array',
    { tags: ['x'] },
    { $push: { tags: 'vip' }, $set: { owner: 'lee' } },
    { i: { owner: 'lee' }, stags: { a: true, u1: 'vip' } },
  ],
  ['an array that began empty', { l: [] }, { $push: { l: 1 } }, { sl: { a: true, u0: 1 } }],
  [
    'an array grown at its front',
    { l: [1] },
    { $push: { l: { $each: [0], $position: 0 } } },
    { u: { l: [0, 1] } },
  ],
  ['an array made shorter', { l: [1, 2] }, { $pop: { l: 1 } }, { u: { l: [1] } }],
  [
    'an element',
    { l: [{ a: 1 }, { a: 2 }] },
    { $set: { 'l.1.a': 3 } },
    { sl: { a: true, s1: { u: { a: 3 } } } },
  ],
  ['a renamed field', { a: 1, z: 1 }, { $rename: { a: 'b' } }, { d: { a: false }, i: { b: 1 } }],
])('an update with operators tells what it changed: %s', async (name, before, update, diff) => {
  const { about } = await made(`update ${name}`.replaceAll(' ', '-'), { _id: 1, ...before });
  const entries = await told(plain({ update: about.ns.slice(5), updates: [{ q: { _id: 1 }, u: update }] }));
  expect(entries).toEqual([{ op: 'u', ...about, o: { $v: 2, diff }, o2: { _id: 1 }, ...common }]);
});

test('values keep their BSON types in a diff', async () => {
  const { collection, about } = await made('typed', { _id: 1 });
  const values = { d: new Double(1), l: Long.fromNumber(1), i: new Int32(1), m: Decimal128.fromString('1') };
  await db().command({ update: 'typed', updates: [{ q: { _id: 1 }, u: { $set: { v: values } } }] });
  const [stored] = await collection.find({}, { raw: true }).toArray();
  const [entry] = await client()
    .db('local')
    .collection('oplog.rs')
    .find({ ns: about.ns, op: 'u' }, { raw: true })
    .toArray();
  const field = Buffer.concat([Buffer.of(3), Buffer.from('v\0')]);
  const bytesOf = (raw: unknown) => {
    const bytes = Buffer.from(raw as Uint8Array);
    const at = bytes.indexOf(field) + field.length;
    return bytes.subarray(at, at + bytes.readInt32LE(at));
  };
  expect(bytesOf(entry)).toEqual(bytesOf(stored));
});

test('a pipeline tells the difference, or the whole document where that is not longer', async () => {
  const long = 'x'.repeat(100);
  const { about } = await made('pipeline', { _id: 1, n: 1 }, { _id: 2, n: 1, long });
  const entries = await told(
    plain({ update: 'pipeline', updates: [{ q: {}, u: [{ $set: { n: 5 } }], multi: true }] }),
  );
  expect(entries).toEqual([
    { op: 'u', ...about, o: { _id: 1, n: 5 }, o2: { _id: 1 }, ...common },
    { op: 'u', ...about, o: { $v: 2, diff: { u: { n: 5 } } }, o2: { _id: 2 }, ...common },
  ]);
});

test('a replacement tells the whole document; what changes nothing tells nothing', async () => {
  const { about } = await made('replaced', { _id: 1, a: 'x'.repeat(100) });
  const replace = plain({ update: 'replaced', updates: [{ q: { _id: 1 }, u: { b: 1 } }] });
  expect(await told(replace)).toEqual([
    { op: 'u', ...about, o: { _id: 1, b: 1 }, o2: { _id: 1 }, ...common },
  ]);
  expect(await told(replace)).toEqual([]);
});

test('an upsert is an insert; findAndModify says which image its answer needs', async () => {
  const { collection, about } = await made('modified');
  expect(
    await told(
      plain({ update: 'modified', updates: [{ q: { _id: 1 }, u: { $set: { a: 1 } }, upsert: true }] }),
    ),
  ).toEqual([{ op: 'i', ...about, o: { _id: 1, a: 1 }, o2: { _id: 1 }, ...common }]);
  const [updated] = await told(() =>
    collection.findOneAndUpdate({ _id: 1 }, { $set: { a: 2 } }, { returnDocument: 'after' }),
  );
  expect(updated).toMatchObject({ op: 'u', needsRetryImage: 'postImage', stmtId: 0 });
  const [removed] = await told(() => collection.findOneAndDelete({ _id: 1 }));
  expect(removed).toMatchObject({ op: 'd', o: { _id: 1 }, needsRetryImage: 'preImage' });
});

test('a delete of one is an entry; a delete of many is one of ten each, without a session', async () => {
  const { about } = await made('deleted', ...Array.from({ length: 14 }, (_, _id) => ({ _id })));
  expect(await told(plain({ delete: 'deleted', deletes: [{ q: { _id: 0 }, limit: 1 }] }))).toEqual([
    { op: 'd', ...about, o: { _id: 0 }, ...common },
  ]);
  const entries = await told(plain({ delete: 'deleted', deletes: [{ q: {}, limit: 0 }] }));
  expect(entries.map(({ o }) => o.applyOps.length)).toEqual([10, 3]);
  expect(entries[1]).toEqual({
    op: 'c',
    ns: 'admin.$cmd',
    o: { applyOps: [11, 12, 13].map((_id) => ({ op: 'd', ...about, o: { _id } })) },
    ...common,
  });
});

test('a transaction is one entry of all it did, in its order; one that is aborted is none', async () => {
  const { collection, about } = await made('transaction', { _id: 1, n: 1 }, { _id: 2 });
  const session = client().startSession();
  const entries = await told(() =>
    session.withTransaction(async () => {
      await collection.insertOne({ _id: 3 }, { session });
      await collection.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session });
      await collection.updateOne({ _id: 3 }, { $set: { n: 1 } }, { session });
      await collection.deleteMany({ _id: 2 }, { session });
    }),
  );
  expect(entries).toEqual([
    {
      lsid: { id: new UUID(session.id!.id.buffer), uid: expect.any(Binary) },
      txnNumber: expect.any(Long),
      op: 'c',
      ns: 'admin.$cmd',
      o: {
        applyOps: [
          { op: 'i', ...about, o: { _id: 3 }, o2: { _id: 3 } },
          { op: 'u', ...about, o: { $v: 2, diff: { u: { n: 2 } } }, o2: { _id: 1 } },
          { op: 'u', ...about, o: { $v: 2, diff: { i: { n: 1 } } }, o2: { _id: 3 } },
          { op: 'd', ...about, o: { _id: 2 } },
        ],
      },
      ...common,
      prevOpTime: nothingBefore,
    },
  ]);
  const aborted = await told(async () => {
    session.startTransaction();
    await collection.insertOne({ _id: 4 }, { session });
    await session.abortTransaction();
  });
  expect(aborted).toEqual([]);
  await session.endSession();
});

test('collections, views and databases', async () => {
  const { about, command } = await made('ddl', { _id: 1 });
  const other = client().db('other');
  const steps: [work: () => Promise<unknown>, entries: unknown[]][] = [
    [
      plain({ create: 'options', capped: true, size: 5000, max: 3 }),
      [
        {
          op: 'c',
          ns: 'test.$cmd',
          ui: expect.any(Binary),
          o: {
            create: 'options',
            capped: true,
            size: 5000,
            max: 3,
            idIndex: { v: 2, key: { _id: 1 }, name: '_id_' },
          },
          ...common,
        },
      ],
    ],
    [
      plain({ create: 'shown', viewOn: 'ddl', pipeline: [] }),
      [
        expect.objectContaining({ op: 'c', o: expect.objectContaining({ create: 'system.views' }) }),
        {
          op: 'i',
          ns: 'test.system.views',
          ui: expect.any(Binary),
          o: { _id: 'test.shown', viewOn: 'ddl', pipeline: [] },
          o2: { _id: 'test.shown' },
          ...common,
        },
      ],
    ],
    [
      plain({ collMod: 'shown', viewOn: 'options', pipeline: [] }),
      [
        expect.objectContaining({
          op: 'u',
          ns: 'test.system.views',
          o: { _id: 'test.shown', viewOn: 'options', pipeline: [] },
          o2: { _id: 'test.shown' },
        }),
      ],
    ],
    [
      plain({ drop: 'shown' }),
      [expect.objectContaining({ op: 'd', ns: 'test.system.views', o: { _id: 'test.shown' } })],
    ],
    [
      plain({ collMod: 'ddl', validator: { a: 1 }, validationLevel: 'moderate' }),
      [
        {
          ...command,
          o: { collMod: 'ddl', validator: { a: 1 }, validationLevel: 'moderate' },
          o2: { collectionOptions_old: { uuid: new UUID(about.ui.buffer) } },
          ...common,
        },
      ],
    ],
    [
      () =>
        client().db('admin').command({ renameCollection: 'test.ddl', to: 'test.options', dropTarget: true }),
      [
        {
          ...command,
          o: {
            renameCollection: 'test.ddl',
            to: 'test.options',
            stayTemp: false,
            dropTarget: expect.any(UUID),
          },
          o2: { numRecords: Long.ZERO },
          ...common,
        },
      ],
    ],
    [
      () => client().db('admin').command({ renameCollection: 'test.options', to: 'other.moved' }),
      [
        expect.objectContaining({ ns: 'other.$cmd', o: expect.objectContaining({ create: 'moved' }) }),
        expect.objectContaining({ op: 'i', ns: 'other.moved', o: { _id: 1 } }),
        expect.objectContaining({ ns: 'test.$cmd', o: { drop: 'options' }, o2: { numRecords: Long.ONE } }),
      ],
    ],
    [
      () => other.dropDatabase(),
      [
        expect.objectContaining({ ns: 'other.$cmd', o: { drop: 'moved' }, o2: { numRecords: Long.ONE } }),
        { op: 'c', ns: 'other.$cmd', o: { dropDatabase: 1 }, ...common },
      ],
    ],
    [() => other.dropDatabase(), []],
  ];
  for (const [work, entries] of steps) expect(await told(work)).toEqual(entries);
});

test('indexes: at once on an empty collection, a build on another', async () => {
  const { collection, command } = await made('indexed');
  const a = { v: 2, key: { a: 1 }, name: 'a_1', unique: true };
  const b = { v: 2, key: { b: -1 }, name: 'b_-1', partialFilterExpression: { b: { $gt: 1 } } };
  const create = (...indexes: Document[]) => plain({ createIndexes: 'indexed', indexes });
  expect(await told(create(a, b))).toEqual(
    [a, b].map((spec) => ({ ...command, o: { createIndexes: 'indexed', ...spec }, ...common })),
  );
  expect(await told(create(a, b))).toEqual([]);
  await collection.insertOne({ _id: 1 });
  expect(await told(plain({ dropIndexes: 'indexed', index: '*' }))).toEqual(
    [a, b].map((spec) => ({
      ...command,
      o: { dropIndexes: 'indexed', index: spec.name },
      o2: spec,
      ...common,
    })),
  );
  const built = await told(create(a, b));
  expect(built).toEqual(
    ['startIndexBuild', 'commitIndexBuild'].map((step) => ({
      ...command,
      o: { [step]: 'indexed', indexBuildUUID: expect.any(UUID), indexes: [a, b] },
      ...common,
    })),
  );
  expect(built[0]!.o.indexBuildUUID).toEqual(built[1]!.o.indexBuildUUID);
});

test('a changed index is told by its name, and what has expired is deleted', async () => {
  const { collection, command, about } = await made('expiring', {
    _id: 1,
    at: new Date(Date.now() - 60_000),
  });
  await collection.createIndex({ at: 1 }, { expireAfterSeconds: 3600 });
  const before = await newestTime(client());
  await db().command({ collMod: 'expiring', index: { keyPattern: { at: 1 }, expireAfterSeconds: 10 } });
  await vi.waitFor(async () => expect(await collection.countDocuments()).toBe(0), { timeout: 10_000 });
  const entries = await entriesAfter(client(), before);
  expect(entries).toMatchObject([
    {
      ...command,
      o: { collMod: 'expiring', index: { name: 'at_1', expireAfterSeconds: 10 } },
      o2: { indexOptions_old: { expireAfterSeconds: 3600 } },
    },
    { op: 'c', o: { applyOps: [{ op: 'd', ...about, o: { _id: 1 } }] } },
  ]);
});

test('$out and $merge tell what they wrote', async () => {
  await made('source', { _id: 1 }, { _id: 2 });
  const { about } = await made('target', { _id: 1, old: true });
  const merged = await told(() =>
    db()
      .collection('source')
      .aggregate([{ $set: { m: 1 } }, { $merge: 'target' }])
      .toArray(),
  );
  expect(merged).toEqual([
    { op: 'u', ...about, o: { $v: 2, diff: { i: { m: 1 } } }, o2: { _id: 1 }, ...common },
    { op: 'i', ...about, o: { _id: 2, m: 1 }, o2: { _id: 2 }, ...common },
  ]);
  const out = await told(() =>
    db()
      .collection('source')
      .aggregate([{ $out: 'target' }])
      .toArray(),
  );
  expect(out.map(({ op, o }) => [op, Object.keys(o)[0]])).toEqual([
    ['c', 'drop'],
    ['c', 'create'],
    ['i', '_id'],
    ['i', '_id'],
  ]);
});

test('what a capped collection lets go is deleted', async () => {
  await db().createCollection('ring', { capped: true, size: 5000, max: 1 });
  const entries = await told(plain({ insert: 'ring', documents: [{ _id: 1 }, { _id: 2 }] }));
  expect(entries).toMatchObject([
    { op: 'i', o: { _id: 1 } },
    { op: 'i', o: { _id: 2 } },
    { op: 'd', o: { _id: 1 } },
  ]);
});

test('nothing that was refused is told, and what is in the database local is not told', async () => {
  const { collection } = await made('refused', { _id: 1 });
  await collection.createIndex({ u: 1 }, { unique: true });
  const entries = await told(async () => {
    await expect(collection.insertOne({ _id: 1 })).rejects.toMatchObject({ code: 11000 });
    // The whole command is taken back, with the collection it made.
    await expect(
      db().command({ createIndexes: 'never', indexes: [{ key: { a: 'text' }, name: 'a' }] }),
    ).rejects.toMatchObject({ code: 67 });
    await client().db('local').collection('own').insertOne({ a: 1 });
    await client().db('local').collection('own').drop();
  });
  expect(entries).toEqual([]);
});
