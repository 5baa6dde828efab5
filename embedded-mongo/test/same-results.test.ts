import { expect, test } from 'vitest';
import { withServer } from './server.ts';

const { db } = withServer();

/** Chance that is the same in every run. */
const chance = (seed: number) => () => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
  return seed / 0x7fffffff;
};

/*
 * An index may change how fast an answer comes, never the answer: the same questions are put to two collections with the
 * same documents, one with indexes and one without.
 */
test('every query finds the same in the same order with indexes as without', async () => {
  const random = chance(7);
  const below = (end: number) => Math.floor(random() * end);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
  const words = ['maria', 'mario', 'marta', 'souza', 'sousa', 'silva', 'lima', 'lia', 'li', 'ana', 'anabela'];
  const docs = Array.from({ length: 1200 }, (_, n) => ({
    _id: n,
    org: pick(['a', 'a', 'a', 'b']),
    ...(random() < 0.9 ? { deleted: pick([null, null, null, null, 5]) } : {}),
    status: pick(['new', 'won', null]),
    at: below(1000),
    ...(random() < 0.8 ? { value: pick([below(50), null, [1, 60], []]) } : {}),
    search: Array.from({ length: below(4) }, () => pick(words)),
    tags: pick<unknown>([['x'], ['x', 'y'], [], null, 'x', [null]]),
    deep: pick<unknown>([{ a: 1 }, [{ a: 1 }, { a: 2 }], [], { a: null }, 3, [{ b: 1 }]]),
  }));
  const plain = db().collection<(typeof docs)[number]>('plain');
  const indexed = db().collection<(typeof docs)[number]>('indexed');
  await Promise.all([plain.insertMany(docs), indexed.insertMany(docs.slice(0, 600))]);
  await indexed.createIndexes([
    { key: { org: 1, deleted: 1, at: -1, _id: -1 } },
    { key: { org: 1, deleted: 1, status: 1, at: -1, _id: -1 } },
    { key: { org: 1, deleted: 1, search: 1 } },
    { key: { org: 1, tags: 1, at: 1, _id: 1 } },
    { key: { org: 1, value: 1, _id: 1 } },
    { key: { tags: 1, status: 1, at: -1, _id: 1 } },
    { key: { 'deep.a': 1, at: 1, _id: 1 } },
  ]);
  // Half are there before the indexes are built, half come after.
  await indexed.insertMany(docs.slice(600));

  const word = () => new RegExp(`^${pick(['m', 'ma', 'mar', 'maria', 'li', 's', 'sou', 'ana', 'z'])}`);
  const clauses: (() => object)[] = [
    () => ({ org: pick(['a', 'b', 'c']) }),
    () => ({ deleted: pick([null, 5, { $in: [null, 5] }, { $ne: null }]) }),
    () => ({ status: pick(['new', null, { $in: ['new', 'won'] }]) }),
    () => ({
      status: {
        $in: pick([
          ['new', 'won'],
          [null, 'new'],
          ['won', 'lost', 'new', null],
        ]),
      },
    }),
    () => ({ search: word() }),
    () => ({ search: word() }),
    () => ({ at: pick([{ $gte: 500 }, { $gte: 100, $lt: 200 }, 7]) }),
    () => ({ tags: pick(['x', null, { $in: ['x', 'y'] }, /^x$/, { $gte: 'x', $lte: 'x' }]) }),
    () => ({ value: pick<unknown>([5, null, { $gt: 10, $lt: 20 }, { $lt: 5 }, []]) }),
    () => ({ 'deep.a': pick<unknown>([1, null, { $gte: 1, $lt: 2 }, { $in: [1, 2] }]) }),
    () => ({ $or: [{ status: 'won' }, { at: { $lt: 50 } }] }),
  ];
  const sorts = [
    { at: -1, _id: -1 },
    { at: 1, _id: 1 },
    { at: -1, _id: 1 },
    { value: 1, _id: 1 },
    { tags: 1, _id: 1 },
    { _id: 1 },
  ] as const;
  for (let turn = 0; turn < 80; turn++) {
    const all = [
      random() < 0.8 ? { org: 'a' } : { org: { $in: ['a', 'b'] } },
      ...Array.from({ length: below(4) }, () => pick(clauses)()),
    ];
    const filter = { $and: random() < 0.8 ? [...all, { deleted: null }] : all };
    const sort = pick(sorts);
    const limit = pick([0, 3, 51, 700]);
    const skip = pick([0, 0, 5]);
    const ask = async (from: typeof plain) => ({
      found: (await from.find(filter).sort(sort).skip(skip).limit(limit).toArray()).map(({ _id }) => _id),
      count: await from.countDocuments(filter),
      capped: await from.countDocuments(filter, { limit: 40 }),
    });
    expect(
      await ask(indexed),
      JSON.stringify({ filter, sort }, (_, v) => (v instanceof RegExp ? String(v) : v)),
    ).toEqual(await ask(plain));
    const some = await indexed.find(filter).limit(3).toArray();
    const matching = (await plain.find(filter).toArray()).map(({ _id }) => _id);
    expect(some).toHaveLength(Math.min(3, matching.length));
    expect(matching).toEqual(expect.arrayContaining(some.map(({ _id }) => _id)));
  }
});

test('a search for any few documents with one word reads no more than those', async () => {
  const people = db().collection('few');
  await people.createIndexes([{ key: { org: 1, at: -1 } }, { key: { org: 1, search: 1 } }]);
  await people.insertMany(
    Array.from({ length: 5000 }, (_, n) => ({ org: 'a', at: n, search: [`maria${n}`] })),
  );
  const some = people.find({ org: 'a', search: /^mar/ }).limit(5);
  const { executionStats } = (await some.explain('executionStats')) as {
    executionStats: { nReturned: number; totalKeysExamined: number };
  };
  expect(executionStats.nReturned).toBe(5);
  expect(executionStats.totalKeysExamined).toBeLessThan(50);
});

test('a search for several words reads only what has them all', async () => {
  const people = db().collection('people');
  await people.createIndexes([{ key: { at: -1 } }, { key: { search: 1 } }]);
  await people.insertMany(
    Array.from({ length: 5000 }, (_, n) => ({ at: n, search: [`first${n % 50}`, `last${n % 49}`, 'all'] })),
  );
  const both = people
    .find({ $and: [{ search: /^first7$/ }, { search: /^last7/ }, { search: /^all/ }] })
    .sort({ at: -1 });
  const narrow = people
    .find({ $and: [{ search: /^first7/ }, { search: /^last7/ }] })
    .sort({ at: -1 })
    .limit(5);
  const { executionStats, queryPlanner } = (await narrow.explain('executionStats')) as {
    executionStats: { nReturned: number; totalKeysExamined: number };
    queryPlanner: { winningPlan: object };
  };
  expect(JSON.stringify(queryPlanner.winningPlan)).toContain('"search_1"');
  expect(executionStats.nReturned).toBe(2 + 1);
  expect(executionStats.totalKeysExamined).toBeLessThan(300);
  expect((await both.toArray()).map(({ at }) => at)).toEqual([4907, 2457, 7]);
});
