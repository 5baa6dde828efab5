import { expect, test } from 'vitest';
import { neededFields } from './needs.ts';

test('a group needs the fields its expressions name', () => {
  expect(
    neededFields([
      { $group: { _id: { a: '$x.y', b: '$z' }, n: { $sum: 1 }, m: { $max: { $add: ['$v', 2] } } } },
      { $sort: { n: 1 } },
    ]),
  ).toEqual(new Set(['x', 'z', 'v']));
  expect(neededFields([{ $group: { _id: null, n: { $sum: 1 } } }])).toEqual(new Set());
});

test('documents are needed whole where an expression may read anything of them', () => {
  for (const value of [
    { $push: '$$ROOT' },
    { $first: { $getField: 'a' } },
    { $top: { sortBy: { a: 1 }, output: '$b' } },
  ])
    expect(neededFields([{ $group: { _id: '$a', value } }])).toBeUndefined();
  expect(neededFields([])).toBeUndefined();
  expect(neededFields([{ $unwind: '$a' }, { $group: { _id: '$a' } }])).toBeUndefined();
});
