import { type Binary, type Document, Long, UUID } from 'mongodb';
import { expect, test } from 'vitest';
import { withServer } from '../server.ts';

const { client, db } = withServer();
const apply = (operations: Document[], options: Document = {}) =>
  client()
    .db('admin')
    .command({ applyOps: operations, ...options });
const ns = (name: string) => `test.${name}`;
const all = (name: string) => db().collection(name).find().sort({ _id: 1 }).toArray();

test('changes of documents are applied, and applied again without a change', async () => {
  await db().createCollection('changed');
  const about = { ns: ns('changed') };
  const history = [
    { op: 'i', ...about, o: { _id: 1, a: 1 }, o2: { _id: 1 } },
    { op: 'i', ...about, o: { _id: 2 }, o2: { _id: 2 } },
    { op: 'n', ns: '', o: { msg: 'periodic noop' } },
    { op: 'u', ...about, o: { $v: 2, diff: { u: { a: 2 }, i: { b: [] } } }, o2: { _id: 1 } },
    { op: 'u', ...about, o: { $v: 2, diff: { sb: { a: true, u0: 'x' } } }, o2: { _id: 1 } },
    { op: 'd', ...about, o: { _id: 2 } },
    { op: 'i', ...about, o: { _id: 3 }, o2: { _id: 3 } },
    { op: 'u', ...about, o: { _id: 3, $v: 7, whole: true }, o2: { _id: 3 } },
  ];
  const expected = [
    { _id: 1, a: 2, b: ['x'] },
    { _id: 3, $v: 7, whole: true },
  ];
  for (let round = 0; round < 3; round++) {
    expect(await apply(history)).toMatchObject({ ok: 1, applied: 7, results: Array(7).fill(true) });
    expect(await all('changed')).toEqual(expected);
  }
});

test.each<[string, Document, Document, Document]>([
  ['d', { _id: 1, a: 1, b: 1 }, { d: { a: false } }, { _id: 1, b: 1 }],
  ['u in its place', { _id: 1, a: 1, b: 1 }, { u: { a: 2 } }, { _id: 1, a: 2, b: 1 }],
  ['u of what is not there', { _id: 1 }, { u: { a: 2 } }, { _id: 1, a: 2 }],
  ['i at the end, though it is there', { _id: 1, a: 1, b: 1 }, { i: { a: 2 } }, { _id: 1, b: 1, a: 2 }],
  ['s', { _id: 1, a: { b: { c: 1 } } }, { sa: { sb: { u: { c: 2 } } } }, { _id: 1, a: { b: { c: 2 } } }],
  ['s of something else', { _id: 1, a: 7 }, { sa: { u: { c: 2 } } }, { _id: 1, a: null }],
  ['an array', { _id: 1, l: [1, 2, 3] }, { sl: { a: true, l: 2, u1: 5 } }, { _id: 1, l: [1, 5] }],
  ['a longer array', { _id: 1, l: [1] }, { sl: { a: true, u3: 5 } }, { _id: 1, l: [1, null, null, 5] }],
  [
    'an array of documents',
    { _id: 1, l: [{ a: 1 }] },
    { sl: { a: true, s0: { u: { a: 2 } } } },
    { _id: 1, l: [{ a: 2 }] },
  ],
  ['an array that is none', { _id: 1, l: {} }, { sl: { a: true, u0: 1 } }, { _id: 1, l: null }],
])('a diff: %s', async (_name, before, diff, after) => {
  const collection = db().collection('diffs');
  await collection.deleteMany({});
  await collection.insertOne(before);
  await apply([{ op: 'u', ns: ns('diffs'), o: { $v: 2, diff }, o2: { _id: 1 } }]);
  const [found] = await collection.find().toArray();
  expect(JSON.stringify(found)).toBe(JSON.stringify(after));
});

test('an update of what is not there makes it, or fails in the end with what came after applied', async () => {
  await db().createCollection('missing');
  const update = {
    op: 'u',
    ns: ns('missing'),
    o: { $v: 2, diff: { u: { a: 1 }, sx: { u: { y: 1 } } } },
    o2: { _id: 1 },
  };
  const insert = { op: 'i', ns: ns('missing'), o: { _id: 2 } };
  const failed = await apply([update, insert], { alwaysUpsert: false }).catch((error) => error);
  expect(failed).toMatchObject({ code: 8, errorResponse: { applied: 2, results: [false, true] } });
  expect(await all('missing')).toEqual([{ _id: 2 }]);
  await apply([update]);
  await apply([{ ...update, o2: { _id: 3 }, b: true }], { alwaysUpsert: false });
  expect(await all('missing')).toEqual([{ _id: 1, a: 1 }, { _id: 2 }, { _id: 3, a: 1 }]);
});

test('what cannot be applied ends the command, and what was applied before stays', async () => {
  const failed = await apply([
    { op: 'c', ns: 'test.$cmd', o: { create: 'before' } },
    { op: 'd', ns: ns('nowhere'), o: { _id: 1 } },
    { op: 'i', ns: ns('nowhere'), o: { _id: 1 } },
    { op: 'i', ns: ns('before'), o: { _id: 1 } },
  ]).catch((error) => error);
  expect(failed).toMatchObject({ code: 26, errorResponse: { applied: 3, results: [true, true, false] } });
  expect(await all('before')).toEqual([]);
  const uuid = new UUID();
  for (const [operation, code] of [
    [{ op: 'i', ns: ns('before'), o: { a: 1 } }, 4],
    [{ op: 'u', ns: ns('before'), o: { $set: { a: 1 } }, o2: { _id: 1 } }, 4772600],
    [{ op: 'u', ns: ns('before'), o: { $v: 2, diff: 1 }, o2: { _id: 1 } }, 4772601],
    [{ op: 'i', ns: ns('before'), ui: uuid, o: { _id: 1 } }, 3318200],
    [{ op: 'x', ns: ns('before'), o: { _id: 1 } }, 2],
    [{ op: 'c', ns: 'test.$cmd', o: { nonsense: 1 } }, 2],
    [{ op: 'c', ns: 'test.$cmd', o: { createIndexes: 'before', v: 2, key: { a: 1 }, name: 'a_1' } }, 115],
    [{ op: 'c', ns: 'test.$cmd', o: { commitIndexBuild: 'before', indexes: [] } }, 115],
    [{ op: 'c', ns: 'admin.$cmd', o: { applyOps: [], partialTxn: true } }, 31056],
    [{ op: 'c', ns: 'admin.$cmd', o: { applyOps: [], count: Long.ONE } }, 31240],
  ] as const)
    await expect(apply([operation])).rejects.toMatchObject({ code });
  await expect(db().command({ applyOps: [] })).rejects.toMatchObject({ code: 13 });
  await expect(
    apply([
      { op: 'c', ns: 'none.$cmd', o: { dropDatabase: 1 } },
      { op: 'i', ns: ns('before'), o: { _id: 1 } },
    ]),
  ).rejects.toMatchObject({ code: 6275900 });
});

test('commands are applied, and are no error when their effect is there already', async () => {
  const uuid = new UUID();
  const command = (o: Document, ui?: Binary) => ({ op: 'c', ns: 'applied.$cmd', o, ...(ui ? { ui } : {}) });
  const other = client().db('applied');
  const names = async () => (await other.listCollections().toArray()).map(({ name }) => name).sort();
  const idIndex = { v: 2, key: { _id: 1 }, name: '_id_' };
  for (let round = 0; round < 2; round++) {
    await apply([
      command({ create: 'a', idIndex }, uuid),
      command({ create: 'b', capped: true, size: 4096, idIndex }),
      command({ create: 'system.views', idIndex }),
      { op: 'i', ns: 'applied.system.views', o: { _id: 'applied.v', viewOn: 'a', pipeline: [] } },
    ]);
    expect(await names()).toEqual(['a', 'b', 'v']);
  }
  const [a] = await other.listCollections({ name: 'a' }).toArray();
  expect((a as { info?: { uuid: Binary } }).info?.uuid.toString('hex')).toBe(uuid.toString('hex'));
  await other.collection('a').createIndex({ at: 1 }, { expireAfterSeconds: 60 });
  await apply([
    command({ collMod: 'a', index: { name: 'at_1', expireAfterSeconds: Long.fromNumber(90) } }, uuid),
    {
      op: 'u',
      ns: 'applied.system.views',
      o: { _id: 'applied.v', viewOn: 'b', pipeline: [] },
      o2: { _id: 'applied.v' },
    },
  ]);
  expect((await other.collection('a').indexes())[1]).toMatchObject({ expireAfterSeconds: 90 });
  expect((await other.listCollections({ name: 'v' }).toArray())[0]).toMatchObject({
    options: { viewOn: 'b' },
  });
  for (let round = 0; round < 2; round++) {
    await apply([
      command({ dropIndexes: 'a', index: 'at_1' }),
      command({ renameCollection: 'applied.a', to: 'applied.b', stayTemp: false, dropTarget: new UUID() }),
      { op: 'd', ns: 'applied.system.views', o: { _id: 'applied.v' } },
      command({ drop: 'nothing' }),
    ]);
    expect(await names()).toEqual(['b']);
  }
  await apply([command({ dropDatabase: 1 })]);
  expect(await names()).toEqual([]);
});

test('entries that hold others are applied', async () => {
  await db().createCollection('nested');
  const inserts = [1, 2].map((_id) => ({ op: 'i', ns: ns('nested'), o: { _id }, o2: { _id } }));
  const nested = { op: 'c', ns: 'admin.$cmd', o: { applyOps: inserts } };
  expect(await apply([nested, nested])).toMatchObject({ applied: 2, results: [true, true] });
  expect(await all('nested')).toEqual([{ _id: 1 }, { _id: 2 }]);
});

test('a validator holds, unless it is told not to', async () => {
  await db().createCollection('valid', { validator: { a: 1 } });
  const insert = { op: 'i', ns: ns('valid'), o: { _id: 1 } };
  await expect(apply([insert])).rejects.toMatchObject({ code: 121 });
  await apply([insert], { bypassDocumentValidation: true });
  expect(await all('valid')).toEqual([{ _id: 1 }]);
});
