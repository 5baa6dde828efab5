import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BoardColumn,
  type BoardDeal,
  filledTo,
  moveCard,
  neighbours,
  stageToBeginIn,
  step,
  withMore,
} from './board.ts';

const column = (id: string, probability: number, deals: [string, number][]): BoardColumn<BoardDeal> => {
  const amountCents = deals.reduce((sum, [, cents]) => sum + cents, 0);
  const weightedCents = Math.round((amountCents * probability) / 100);
  return {
    stage: { id, name: id, probability },
    count: deals.length,
    sums: deals.length === 0 ? [] : [{ currency: 'BRL', amountCents, weightedCents }],
    nextCursor: null,
    deals: deals.map(([deal, cents]) => ({
      id: deal,
      stageId: id,
      amountCents: cents,
      currency: 'BRL',
      probability: null,
    })),
  };
};
const board = () => [
  column('new', 10, [
    ['a', 1000],
    ['b', 2000],
    ['c', 0],
  ]),
  column('demo', 40, [['d', 500]]),
  column('close', 80, []),
];
const cards = (columns: BoardColumn<BoardDeal>[]) =>
  columns.map(({ deals }) => deals.map(({ id }) => id).join(''));

describe('moving a card', () => {
  it('puts it before another, at the end, or into an empty stage', () => {
    expect(cards(moveCard(board(), 'a', { stageId: 'demo', beforeId: 'd' }))).toEqual(['bc', 'ad', '']);
    expect(cards(moveCard(board(), 'a', { stageId: 'demo', beforeId: null }))).toEqual(['bc', 'da', '']);
    expect(cards(moveCard(board(), 'd', { stageId: 'close', beforeId: null }))).toEqual(['abc', '', 'd']);
    expect(cards(moveCard(board(), 'a', { stageId: 'new', beforeId: 'c' }))).toEqual(['bac', 'd', '']);
  });

  it('keeps counts and sums true', () => {
    const [from, to] = moveCard(board(), 'b', { stageId: 'demo', beforeId: null });
    expect(from).toMatchObject({ count: 2, sums: [{ amountCents: 1000, weightedCents: 100 }] });
    expect(to).toMatchObject({ count: 2, sums: [{ amountCents: 2500, weightedCents: 1000 }] });
  });

  it('adds an amount to what is in its own currency, with the chance that somebody gave the deal', () => {
    const columns = board();
    const dollars = { ...columns[0]!.deals[0]!, id: 'e', currency: 'USD' as const, probability: 50 };
    columns[0]!.deals.push(dollars);
    const [, to] = moveCard(columns, 'e', { stageId: 'demo', beforeId: null });
    expect(to!.sums).toEqual([
      { currency: 'BRL', amountCents: 500, weightedCents: 200 },
      { currency: 'USD', amountCents: 1000, weightedCents: 500 },
    ]);
  });

  it('never loses or doubles a card, wherever it goes', () => {
    const anywhere = fc.record({
      deal: fc.constantFrom('a', 'b', 'c', 'd', 'gone'),
      stageId: fc.constantFrom('new', 'demo', 'close'),
      beforeId: fc.constantFrom('a', 'b', 'c', 'd', 'gone', null),
    });
    fc.assert(
      fc.property(fc.array(anywhere, { maxLength: 12 }), (moves) => {
        const end = moves.reduce((columns, { deal, ...to }) => moveCard(columns, deal, to), board());
        expect(cards(end).join('').split('').sort().join('')).toBe('abcd');
        expect(end.map(({ count }) => count)).toEqual(end.map(({ deals }) => deals.length));
        const sums = end.flatMap((column) => column.sums);
        expect(sums.reduce((sum, { amountCents }) => sum + amountCents, 0)).toBe(3500);
      }),
    );
  });
});

describe('cards that are not loaded yet', () => {
  const [first] = board() as [BoardColumn<BoardDeal>];
  const card = (id: string) => ({ ...first.deals[0]!, id });

  it('come behind those that are, each once', () => {
    const more = withMore(first, [card('c'), card('x')], 'next');
    expect(more.deals.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'x']);
    expect(more.nextCursor).toBe('next');
  });

  it('are asked for until as many are there as before, or all', async () => {
    const pages = ['x', 'y', 'z'];
    const next = async (column: BoardColumn<BoardDeal>) => {
      const id = pages[column.deals.length - 3]!;
      return withMore(column, [card(id)], id === 'z' ? null : id);
    };
    const begun = { ...first, nextCursor: 'begin' };
    expect((await filledTo(3, begun, next)).deals).toHaveLength(3);
    expect((await filledTo(5, begun, next)).deals.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'x', 'y']);
    expect((await filledTo(100, begun, next)).nextCursor).toBeNull();
  });
});

it('tells the API which cards are around the new place', () => {
  expect(neighbours(board(), 'd', { stageId: 'new', beforeId: 'b' })).toEqual({
    above: 'a',
    below: 'b',
  });
  expect(neighbours(board(), 'd', { stageId: 'new', beforeId: null })).toEqual({
    above: 'c',
    below: undefined,
  });
  expect(neighbours(board(), 'a', { stageId: 'new', beforeId: 'c' })).toEqual({
    above: 'b',
    below: 'c',
  });
  expect(neighbours(board(), 'a', { stageId: 'close', beforeId: null })).toEqual({
    above: undefined,
    below: undefined,
  });
});

it('moves by keyboard and stops at the edges', () => {
  const moved = (deal: string, direction: 'left' | 'right' | 'up' | 'down') => {
    const to = step(board(), deal, direction);
    return to && cards(moveCard(board(), deal, to));
  };
  expect(moved('b', 'right')).toEqual(['ac', 'bd', '']);
  expect(moved('d', 'right')).toEqual(['abc', '', 'd']);
  expect(moved('b', 'up')).toEqual(['bac', 'd', '']);
  expect(moved('a', 'down')).toEqual(['bac', 'd', '']);
  expect(moved('b', 'down')).toEqual(['acb', 'd', '']);
  expect(moved('a', 'left')).toBeUndefined();
  expect(moved('a', 'up')).toBeUndefined();
  expect(moved('c', 'down')).toBeUndefined();
});

describe('where a new deal begins', () => {
  const stages = [
    { id: 'old', type: 'open', archived: true },
    { id: 'a', type: 'open', archived: false },
    { id: 'b', type: 'open', archived: false },
    { id: 'won', type: 'won', archived: false },
  ];
  it.each([
    [undefined, 'a'],
    ['b', 'b'],
    ['won', 'a'],
    ['old', 'a'],
    ['of another pipeline', 'a'],
  ])('asked for %s, in %s', (asked, first) => {
    expect(stageToBeginIn(stages, asked)).toEqual({ choices: [stages[1], stages[2]], first });
  });
});
