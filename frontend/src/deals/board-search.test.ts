import { expect, it } from 'vitest';
import { filtersOf, parseBoardSearch } from './board-search.ts';

const id = 'a'.repeat(24);

it('keeps the pipeline, the filters and where a new deal begins', () => {
  const search = { pipeline: id, new: id, owner: ['@me'], value: { min: 1000 }, close: { next: 30 } };
  expect(parseBoardSearch(search)).toEqual(search);
  expect(filtersOf(parseBoardSearch(search))).toEqual({
    owner: ['@me'],
    value: { min: 1000 },
    close: { next: 30 },
  });
});

it('asks for the stage of a new deal where the address only says that there is one', () => {
  expect(parseBoardSearch({ new: true })).toEqual({ new: 'any' });
  expect(parseBoardSearch({ new: 'there', pipeline: 'mine', owner: 'me' })).toEqual({});
});
