import { expect, it } from 'vitest';
import { leadQuery, parseLeadSearch } from './lead-search.ts';

it('keeps what it knows of an address and drops the rest', () => {
  expect(
    parseLeadSearch({ q: 'ana', status: ['new', 'nope'], sort: '-score.value', new: true, evil: 1 }),
  ).toEqual({
    q: 'ana',
    status: ['new'],
    sort: '-score.value',
    new: true,
  });
  expect(parseLeadSearch({ q: { $gt: '' }, status: 'new', sort: 'password', new: 'yes' })).toEqual({});
});

it('asks the API in its words, newest first unless told otherwise', () => {
  expect(leadQuery({ q: 'ana', status: ['new', 'contacted'] }, 'c1')).toEqual({
    q: 'ana',
    'filter[status]': 'new,contacted',
    sort: '-createdAt',
    limit: 50,
    cursor: 'c1',
  });
});
