import { describe, expect, test } from 'vitest';
import { differences } from './differences.ts';
import type { CollectionRecord } from './manifest.ts';

const index = (name: string, key: object, more: object = {}) => JSON.stringify({ v: 2, key, name, ...more });
const leads: CollectionRecord = {
  db: 'crm',
  collection: 'leads',
  type: 'collection',
  documents: 2,
  bytes: 100,
  hash: 'aa',
  options: '{}',
  indexes: [index('_id_', { _id: 1 }), index('email_1', { email: 1 }, { unique: true })],
};
const found = (change: Partial<CollectionRecord>) => differences([leads], [{ ...leads, ...change }]);

describe('a restored database', () => {
  test('is the same when it is the same, however the server counts its index versions and orders fields', () => {
    const indexes = [
      index('email_1', { email: 1 }, { unique: true, ns: 'crm.leads' }).replace('"v":2', '"v":1'),
      index('_id_', { _id: 1 }),
    ];
    expect(found({ indexes })).toEqual([]);
  });

  test.each<[string, Partial<CollectionRecord>, string]>([
    ['lacks a document', { documents: 1 }, 'crm.leads has 1 documents, not 2'],
    ['has another document of the same size', { hash: 'bb' }, 'crm.leads has other documents'],
    ['has other bytes', { bytes: 101 }, 'crm.leads has other documents'],
    ['is of another kind', { type: 'view' }, 'crm.leads is a view, not a collection'],
    [
      'has other options',
      { options: '{"capped":true}' },
      'crm.leads has the options {"capped":true}, not {}',
    ],
    ['lacks an index', { indexes: [leads.indexes[0]!] }, 'crm.leads lacks the index email_1'],
    [
      'has an index too much',
      { indexes: [...leads.indexes, index('name_1', { name: 1 })] },
      'crm.leads has the index name_1 too much',
    ],
  ])('is different when it %s', (_what, change, said) => {
    expect(found(change)).toEqual([said]);
  });

  test('is different when an index of the same name is another one', () => {
    const other = index('email_1', { email: 1 });
    expect(found({ indexes: [leads.indexes[0]!, other] })).toEqual([
      `crm.leads has the index ${other}, not ${leads.indexes[1]}`,
    ]);
    // The order of an index's own fields is what it is good for.
    const [ab, ba] = [index('two', { a: 1, b: 1 }), index('two', { b: 1, a: 1 })];
    expect(differences([{ ...leads, indexes: [ab] }], [{ ...leads, indexes: [ba] }])).toHaveLength(1);
  });

  test('is different when a collection is missing or too much', () => {
    const deals = { ...leads, collection: 'deals' };
    expect(differences([leads, deals], [leads])).toEqual(['crm.deals is missing']);
    expect(differences([leads], [leads, deals])).toEqual(['crm.deals is too much']);
  });
});
