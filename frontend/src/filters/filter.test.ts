import { describe, expect, it } from 'vitest';
import { daysOf, filterQuery, parseFilters } from './filter.ts';
import { isNarrowed, listOf } from './list-search.ts';

const fields = {
  status: { kind: 'choices', label: 'leads.filterStatus', field: 'status', values: ['new', 'won'] },
  owner: { kind: 'people', label: 'field.owner', field: 'ownerId' },
  tag: { kind: 'words', label: 'leads.field.tags', field: 'tags' },
  value: { kind: 'range', label: 'deals.field.amount', field: 'amountCents', of: 'money' },
  score: { kind: 'range', label: 'leads.column.score', field: 'score.value', of: 'number' },
  created: { kind: 'period', label: 'leads.column.created', field: 'createdAt', of: 'moment' },
  close: { kind: 'period', label: 'deals.field.expectedCloseOn', field: 'expectedCloseOn', of: 'day' },
} as const;
const id = 'a'.repeat(24);
const now = new Date(2026, 0, 31, 22, 15);

describe('the filters of an address', () => {
  it('are kept where they are right', () => {
    const search = {
      status: ['new', 'won'],
      owner: ['@me', '@unassigned', id],
      tag: ['vip'],
      value: { min: 1000 },
      score: { min: 50, max: 80 },
      created: { last: 7 },
      close: { from: '2026-02-01', to: '2026-02-28' },
    };
    expect(parseFilters(fields, search)).toEqual(search);
  });

  it('are dropped where they are not, each by itself', () => {
    expect(
      parseFilters(fields, {
        status: ['gone', 'new', 'new'],
        owner: ['me', { $ne: null }],
        tag: ['a,b', '', 7],
        value: { min: -1, max: Number.NaN },
        score: 'high',
        created: { last: 0, from: 'yesterday', to: '2026-13-40' },
        close: null,
        other: ['x'],
      }),
    ).toEqual({ status: ['new'] });
  });

  it('become what the API asks for: cents, whole days where the reader is, and calendar days as they are', () => {
    const values = parseFilters(fields, {
      status: ['new', 'won'],
      owner: ['@me', id],
      value: { min: 10, max: 12.5 },
      score: { max: 80 },
      created: { from: '2026-01-02', to: '2026-01-03' },
      close: { next: 7 },
    });
    expect(filterQuery(fields, values, now)).toEqual({
      'filter[status]': 'new,won',
      'filter[ownerId]': `@me,${id}`,
      'filter[amountCents][gte]': '1000',
      'filter[amountCents][lte]': '1250',
      'filter[score.value][lte]': '80',
      'filter[createdAt][gte]': new Date(2026, 0, 2).toISOString(),
      'filter[createdAt][lte]': new Date(2026, 0, 3, 23, 59, 59, 999).toISOString(),
      'filter[expectedCloseOn][gte]': '2026-01-31',
      'filter[expectedCloseOn][lte]': '2026-02-06',
    });
  });
});

it('counts days back from today and on from it, across months', () => {
  expect(daysOf({ last: 1 }, now)).toEqual({ from: '2026-01-31', to: '2026-01-31' });
  expect(daysOf({ last: 31 }, now)).toEqual({ from: '2026-01-01', to: '2026-01-31' });
  expect(daysOf({ next: 2 }, now)).toEqual({ from: '2026-01-31', to: '2026-02-01' });
  expect(daysOf({ from: '2025-12-24' }, now)).toEqual({ from: '2025-12-24' });
});

describe('a list', () => {
  const list = listOf(fields, ['-createdAt', 'name']);

  it('reads its search, order and open form from the address', () => {
    expect(list.parse({ q: ' ana ', sort: 'name', new: true, status: ['new'] })).toEqual({
      q: ' ana ',
      sort: 'name',
      new: true,
      status: ['new'],
    });
    expect(list.parse({ q: ' ', sort: 'evil', new: 'yes' })).toEqual({});
  });

  it('asks in its usual order unless told, and goes on from a cursor', () => {
    expect(list.query({ status: ['new'] }, 'next')).toEqual({
      'filter[status]': 'new',
      q: undefined,
      sort: '-createdAt',
      limit: 50,
      cursor: 'next',
    });
  });

  it('is narrowed by a search or a filter, and not by its order', () => {
    expect(isNarrowed(fields, list.parse({ sort: 'name', new: true }))).toBe(false);
    expect(isNarrowed(fields, list.parse({ q: 'a' }))).toBe(true);
    expect(isNarrowed(fields, list.parse({ score: { min: 1 } }))).toBe(true);
  });
});
