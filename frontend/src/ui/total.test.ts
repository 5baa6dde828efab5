import { expect, it } from 'vitest';
import { totalOf } from './total.ts';

const page = (rows: number, nextCursor: string | null, total: number, totalCapped = false) => ({
  data: Array.from({ length: rows }),
  page: { nextCursor, total, totalCapped },
});

it('counts what is loaded when that is everything, however old the total is', () => {
  expect(totalOf([page(1, null, 0)])).toEqual({ count: 1, capped: false });
  expect(totalOf([page(50, 'c', 49), page(3, null, 49)])).toEqual({ count: 53, capped: false });
});

it('takes the total otherwise, and never less than what is loaded', () => {
  expect(totalOf([page(50, 'c', 1200)])).toEqual({ count: 1200, capped: false });
  expect(totalOf([page(50, 'c', 0)])).toEqual({ count: 50, capped: false });
  expect(totalOf([page(50, 'c', 10_000, true)])).toEqual({ count: 10_000, capped: true });
  expect(totalOf([])).toBeUndefined();
});
