import { expect, it } from 'vitest';
import { catalog } from '../i18n/catalog.ts';
import { leadList, leadSorts } from './lead-search.ts';

it('keeps what it knows of an address and drops the rest', () => {
  expect(
    leadList.parse({ q: 'ana', status: ['new', 'nope'], sort: '-score.value', new: true, evil: 1 }),
  ).toEqual({
    q: 'ana',
    status: ['new'],
    sort: '-score.value',
    new: true,
  });
  expect(leadList.parse({ q: { $gt: '' }, status: 'new', sort: 'password', new: 'yes' })).toEqual({});
});

it('asks the API in its words, newest first unless told otherwise', () => {
  expect(leadList.query({ q: 'ana', status: ['new', 'contacted'], score: { min: 50 } }, 'c1')).toEqual({
    q: 'ana',
    'filter[status]': 'new,contacted',
    'filter[score.value][gte]': '50',
    sort: '-createdAt',
    limit: 50,
    cursor: 'c1',
  });
});

it('says every order that it has, and every filter in both languages', () => {
  expect(leadSorts.map(({ value }) => value)).toEqual(leadList.sorts);
  for (const field of Object.values(leadList.fields)) {
    expect(catalog[field.label]).toHaveLength(2);
    if (field.kind === 'choices' && 'text' in field)
      for (const value of field.values) expect(catalog[field.text(value)], value).toHaveLength(2);
  }
});
