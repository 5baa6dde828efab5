import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  DBRef,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
} from 'bson';
import type { MongoClient } from 'mongodb';
import { Batch } from '../src/mongo/batch.ts';
import { insertRaw } from '../src/mongo/driver.ts';

const id = (number: number): ObjectId => new ObjectId(number.toString(16).padStart(24, '0'));

/** One field of every BSON type that a client can write today, and the values that break careless tools. */
export const everyType = (): Map<string, unknown> =>
  new Map<string, unknown>([
    ['_id', id(1)],
    ['double', new Double(1)],
    ['negativeZero', new Double(-0)],
    ['nan', new Double(Number.NaN)],
    ['infinity', new Double(Number.NEGATIVE_INFINITY)],
    ['string', 'São Paulo \u0000 \u{1f600} "x"'],
    [
      'document',
      new Map<string, unknown>([
        ['2', new Int32(1)],
        ['1', new Int32(2)],
      ]),
    ],
    ['array', [new Int32(1), 'two', [new Map()], null]],
    ['binary', new Binary(Buffer.from([0, 1, 255]), 0)],
    ['uuid', new Binary(Buffer.alloc(16, 7), 4)],
    ['userDefined', new Binary(Buffer.from('x'), 0x80)],
    ['objectId', id(2)],
    ['true', true],
    ['date', new Date(1700000000123)],
    ['dateBefore1970', new Date(-1)],
    ['null', null],
    ['regex', new BSONRegExp('^a/b"', 'im')],
    ['code', new Code('function () { return 1; }')],
    ['codeWithScope', new Code('return x', { x: new Int32(1) })],
    ['symbol', new BSONSymbol('symbol')],
    ['int32', new Int32(-2147483648)],
    ['timestamp', new Timestamp({ t: 1, i: 2 })],
    ['emptyTimestamp', new Timestamp({ t: 0, i: 0 })],
    ['int64', Long.fromString('-9223372036854775808')],
    ['decimal', Decimal128.fromString('1.10')],
    ['decimalNaN', Decimal128.fromString('NaN')],
    ['minKey', new MinKey()],
    ['maxKey', new MaxKey()],
    ['dbRef', new DBRef('other', id(3))],
    ['', 'a field without a name'],
    ['a.b', 'a dot'],
    ['$dollar', 'a dollar'],
    ['ключ 鍵', 'unicode'],
  ]);

/** Documents that JavaScript's objects can't hold: made of bytes. */
export function oddDocuments(): Uint8Array[] {
  const duplicate = serialize(
    new Map<string, unknown>([
      ['_id', id(10)],
      ['aa', new Int32(1)],
      ['ab', new Int32(2)],
    ]),
  );
  // The second name becomes the first one's.
  duplicate[Buffer.from(duplicate).indexOf('ab') + 1] = 'a'.charCodeAt(0);
  const invalid = serialize(
    new Map<string, unknown>([
      ['_id', id(11)],
      ['text', 'abcd'],
    ]),
  );
  invalid[Buffer.from(invalid).indexOf('abcd')] = 0xff;
  const numbers = serialize(
    new Map<string, unknown>([
      ['_id', id(12)],
      ['10', 1],
      ['9', 2],
      ['b', 3],
      ['1', 4],
    ]),
  );
  return [duplicate, invalid, numbers];
}

/** A document of exactly the 16 MiB that the server and the archive's format allow. */
export function largestDocument(): Uint8Array {
  const shape = (length: number) =>
    new Map<string, unknown>([
      ['_id', id(20)],
      ['filler', new Binary(Buffer.alloc(length, 'x'))],
    ]);
  const overhead = serialize(shape(0)).length;
  return serialize(shape(16 * 1024 * 1024 - overhead));
}

/** What a server of any kind refused of the fixture, and why: the test says so instead of passing over it. */
export interface Filled {
  readonly refused: readonly string[];
}

/** Fills a database with every kind of collection and index, and odd names. */
export async function fill(client: MongoClient, name: string): Promise<Filled> {
  const db = client.db(name);
  const refused: string[] = [];
  const attempt = async (what: string, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      refused.push(`${what}: ${(error as Error).message}`);
    }
  };

  await insertRaw(client, name, 'types', Batch.around(serialize(everyType())), { ordered: true });
  for (const [index, document] of oddDocuments().entries()) {
    await attempt(`odd document ${index}`, async () => {
      const { errors } = await insertRaw(client, name, 'odd', Batch.around(document), { ordered: true });
      if (errors[0]) throw new Error(errors[0].message);
    });
  }
  await attempt('a document of 16 MiB', async () => {
    const { errors } = await insertRaw(client, name, 'large', Batch.around(largestDocument()), {
      ordered: true,
    });
    if (errors[0]) throw new Error(errors[0].message);
  });

  const leads = db.collection('leads');
  await leads.insertMany(
    Array.from({ length: 3_000 }, (_, index) => ({
      name: `Lead ${index}`,
      email: `lead${index}@example.com`,
      score: index % 100,
      tags: ['a', `t${index % 7}`],
      place: { type: 'Point', coordinates: [index % 180, index % 90] },
      createdAt: new Date(1700000000000 + index),
    })),
  );
  const indexes: [string, Record<string, unknown> | Map<string, unknown>, object][] = [
    ['unique', { email: 1 }, { unique: true }],
    [
      'compound with integer-like names',
      new Map([
        ['10', 1],
        ['2', -1],
      ]),
      {},
    ],
    ['partial', { score: -1 }, { partialFilterExpression: { score: { $gt: 50 } } }],
    ['sparse', { phone: 1 }, { sparse: true }],
    ['expiring', { createdAt: 1 }, { expireAfterSeconds: 3600 }],
    ['collation', { name: 1 }, { collation: { locale: 'pt', strength: 1 } }],
    ['multikey', { tags: 1, score: 1 }, {}],
    ['hidden', { hidden: 1 }, { hidden: true }],
    [
      'text',
      { name: 'text', email: 'text' },
      { weights: { name: 5, email: 1 }, default_language: 'portuguese' },
    ],
    ['2dsphere', { place: '2dsphere' }, {}],
    ['hashed', { email: 'hashed' }, {}],
    ['wildcard', { 'custom.$**': 1 }, {}],
  ];
  for (const [what, key, options] of indexes) {
    await attempt(`index, ${what}`, () =>
      leads.createIndex(key as never, { ...options, name: `index ${what}` }),
    );
  }

  await attempt('empty collection', () => db.createCollection('empty'));
  await attempt('collection with a validator', () =>
    db.createCollection('validated', {
      validator: { $jsonSchema: { required: ['name'], properties: { name: { bsonType: 'string' } } } },
      validationLevel: 'moderate',
      validationAction: 'error',
    }),
  );
  await attempt('collection with a collation', () =>
    db.createCollection('collated', { collation: { locale: 'pt', strength: 2 } }),
  );
  await attempt('capped collection', async () => {
    await db.createCollection('capped', { capped: true, size: 1_000_000, max: 1000 });
    await db.collection('capped').insertMany(Array.from({ length: 200 }, (_, number) => ({ number })));
  });
  await attempt('clustered collection', async () => {
    await db.createCollection('clustered', { clusteredIndex: { key: { _id: 1 }, unique: true } });
    await db.collection<{ _id: number }>('clustered').insertMany([{ _id: 2 }, { _id: 1 }]);
  });
  await attempt('view', () =>
    db.createCollection('best', { viewOn: 'leads', pipeline: [{ $match: { score: { $gt: 90 } } }] }),
  );
  await attempt('view on a view', () =>
    db.createCollection('bestNames', { viewOn: 'best', pipeline: [{ $project: { name: 1 } }] }),
  );
  await attempt('time series', async () => {
    await db.createCollection('visits', {
      timeseries: { timeField: 'at', metaField: 'page', granularity: 'minutes' },
    });
    await db
      .collection('visits')
      .insertMany(Array.from({ length: 50 }, (_, index) => ({ at: new Date(index * 1000), page: 'home' })));
  });
  for (const odd of [
    'with space',
    'percent%25',
    'ação',
    'dots.in.name',
    'q"uote',
    `long${'x'.repeat(200 - name.length)}`,
  ]) {
    await attempt(`collection "${odd.slice(0, 20)}"`, () => db.collection(odd).insertOne({ odd }));
  }
  return { refused };
}
