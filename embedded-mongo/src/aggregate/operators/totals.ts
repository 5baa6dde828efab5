import { compare } from '../../bson/compare.ts';
import { double, isNumeric, toNumber, type Value } from '../../bson/values.ts';
import { calculate, divide } from './arithmetic.ts';
import { eager, nothing, type Operator } from './operator.ts';

/** The sum of the numbers among the values; other values count nothing. */
export const sum = (values: readonly Value[]): Value =>
  values.reduce<Value>((total, value) => (isNumeric(value) ? calculate('add', total, value) : total), 0);

/** The mean of the numbers among the values as a double; null when there is none. */
export const average = (values: readonly Value[]): Value => {
  const numbers = values.filter(isNumeric);
  if (numbers.length === 0) return null;
  return divide(sum(numbers), numbers.length);
};

/** The least (or, with sign -1, greatest) value that is not null; null when there is none. */
export const extreme = (
  values: readonly Value[],
  sign: 1 | -1,
  text?: (a: string, b: string) => number,
): Value => {
  let found: Value = null;
  for (const value of values) {
    if (nothing(value)) continue;
    if (found === null || compare(value, found, text) * sign < 0) found = value;
  }
  return found;
};

/** Standard deviation of the numbers among the values; `sample` divides by n - 1. */
export const deviation = (values: readonly Value[], sample: boolean): Value => {
  const numbers = values.filter(isNumeric).map((value) => toNumber(value)!);
  if (numbers.length < (sample ? 2 : 1)) return null;
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const squares = numbers.reduce((total, number) => total + (number - mean) ** 2, 0);
  return double(Math.sqrt(squares / (numbers.length - (sample ? 1 : 0))));
};

const over = (compute: (values: Value[], text?: (a: string, b: string) => number) => Value): Operator =>
  eager(0, Number.POSITIVE_INFINITY, (values, scope) =>
    compute(values.length === 1 && Array.isArray(values[0]) ? values[0] : values, scope.text),
  );

export const totals: [string, Operator][] = [
  ['$sum', over(sum)],
  ['$avg', over(average)],
  ['$min', over((values, text) => extreme(values, 1, text))],
  ['$max', over((values, text) => extreme(values, -1, text))],
  ['$stdDevPop', over((values) => deviation(values, false))],
  ['$stdDevSamp', over((values) => deviation(values, true))],
];
