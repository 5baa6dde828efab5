import { describe, expect, test } from 'vitest';
import { hasCode } from './errors.ts';
import type { CollectionRecord } from './manifest.ts';
import { type Selection, select } from './selection.ts';

const record = (name: string): CollectionRecord => {
  const dot = name.indexOf('.');
  return {
    db: name.slice(0, dot),
    collection: name.slice(dot + 1),
    type: 'collection',
    documents: 0,
    bytes: 0,
    hash: '',
    options: '{}',
    indexes: [],
  };
};
const one = ['crm.leads', 'crm.deals', 'crm.notes.old', 'admin.system.users'].map(record);
const two = [...one, record('stats.days')];

const places = (collections: readonly CollectionRecord[], selection: Selection) =>
  Object.fromEntries(
    select(collections, selection).map(({ record, target, renamed }) => [
      `${record.db}.${record.collection}`,
      `${target.db}.${target.collection}${renamed ? ' (renamed)' : ''}`,
    ]),
  );

describe('a selection', () => {
  test.each<[string, readonly CollectionRecord[], Selection, Record<string, string>]>([
    [
      'of nothing in particular is all but what is the server’s own',
      two,
      {},
      {
        'crm.leads': 'crm.leads',
        'crm.deals': 'crm.deals',
        'crm.notes.old': 'crm.notes.old',
        'stats.days': 'stats.days',
      },
    ],
    [
      'of a database and a collection',
      two,
      { only: ['stats', 'crm.notes.old'] },
      { 'crm.notes.old': 'crm.notes.old', 'stats.days': 'stats.days' },
    ],
    [
      'goes into the database of the target',
      one,
      { only: ['crm.leads', 'crm.notes.old'], database: 'prod' },
      { 'crm.leads': 'prod.leads', 'crm.notes.old': 'prod.notes.old' },
    ],
    [
      'under other names, of which that of the collection counts more',
      one,
      { rename: { crm: 'copy', 'crm.leads': 'rescue.people.2026' } },
      {
        'crm.leads': 'rescue.people.2026 (renamed)',
        'crm.deals': 'copy.deals (renamed)',
        'crm.notes.old': 'copy.notes.old (renamed)',
      },
    ],
    [
      'renamed to what it is called is not renamed',
      one,
      { only: ['crm.leads'], rename: { crm: 'crm' } },
      { 'crm.leads': 'crm.leads' },
    ],
    [
      'of two databases into one target, with names for one of them',
      two,
      { rename: { stats: 'figures' }, database: 'prod', only: ['crm.leads', 'stats'] },
      { 'crm.leads': 'prod.leads', 'stats.days': 'figures.days (renamed)' },
    ],
  ])('%s', (_, collections, selection, expected) => {
    expect(places(collections, selection)).toEqual(expected);
  });

  test.each<[string, readonly CollectionRecord[], Selection, string]>([
    [
      'a name that is not there beside one that is',
      one,
      { only: ['crm.leads', 'crm.deels'] },
      'nothing called crm.deels',
    ],
    ['a rename of what is not there', one, { rename: { 'crm.deels': 'crm.x' } }, 'called crm.deels'],
    [
      'a rename of what is not chosen',
      one,
      { only: ['crm.leads'], rename: { 'crm.deals': 'crm.x' } },
      'called crm.deals',
    ],
    [
      'two under one name',
      one,
      { rename: { 'crm.leads': 'x.same', 'crm.deals': 'x.same' } },
      'crm.leads and crm.deals would both become x.same',
    ],
    [
      'one under the name of another',
      one,
      { rename: { 'crm.leads': 'crm.deals' } },
      'would both become crm.deals',
    ],
    [
      'a collection that is renamed to a database',
      one,
      { rename: { 'crm.leads': 'rescue' } },
      '"rescue" cannot be the name of a collection',
    ],
    [
      'a database that is renamed to a collection',
      one,
      { rename: { crm: 'a.b' } },
      '"a.b" cannot be the name of a database',
    ],
    ['a name of the server', one, { rename: { 'crm.leads': 'crm.system.users' } }, 'cannot be the name'],
    [
      'a name that is too long',
      one,
      { rename: { 'crm.leads': `crm.${'x'.repeat(252)}` } },
      'cannot be the name',
    ],
    ['a database of the server', one, { rename: { crm: 'admin' } }, 'cannot be the name'],
    ['an empty name', one, { rename: { 'crm.leads': 'crm.' } }, 'cannot be the name'],
    ['two databases for a target that names one', two, { database: 'prod' }, 'has 2: crm, stats'],
    ['users and roles', one, { only: ['admin'] }, 'nothing called admin'],
    ['a backup without collections', [record('admin.system.users')], {}, 'no collections'],
  ])('does not guess: %s', (_, collections, selection, message) => {
    expect(() => select(collections, selection)).toThrow(message);
    expect(() => select(collections, selection)).toThrow(
      expect.toSatisfy((error) => hasCode(error, 'restore.selection')),
    );
  });
});
