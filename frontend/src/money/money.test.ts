import { describe, expect, it } from 'vitest';
import { formatFor } from '../i18n/format.ts';
import { type Currency, readMoney, sumsText, typedMoney } from './money.ts';

describe('an amount as people type it', () => {
  it.each([
    ['', null],
    ['R$ 0,1', 10],
    ['0,10', 10],
    ['12', 1200],
    ['1.234', 123_400],
    ['1.234,5', 123_450],
    ['R$ 1.234.567,89', 123_456_789],
    ['1234567,89', 123_456_789],
    ['12.5', 1250],
    ['1,234.56', 123_456],
    ['77000 BRL', 7_700_000],
  ])('%s in Portuguese → %s cents', (typed, cents) => {
    expect(readMoney(typed, 'BRL', 'pt-BR')).toEqual({ cents });
  });

  it.each([
    ['1,234.5', 123_450],
    ['1,234', 123_400],
    ['0.1', 10],
    ['12,50', 1250],
    ['$3', 300],
    ['US$ 3', 300],
  ])('%s in English → %s cents', (typed, cents) => {
    expect(readMoney(typed, 'USD', 'en')).toEqual({ cents });
  });

  it.each([
    ['1,234', 'money.unclear'],
    ['0,123', 'money.unclear'],
    ['1.23.456', 'money.unclear'],
    ['12.3456', 'money.unclear'],
    ['-5', 'money.unclear'],
    ['dez', 'money.unclear'],
    ['1,2,3', 'money.unclear'],
    ['R$', 'money.unclear'],
    ['US$ 10', 'money.otherCurrency'],
    ['$ 10', 'money.otherCurrency'],
    ['10 €', 'money.otherCurrency'],
    ['1000000000000,01', 'money.tooMuch'],
  ])('%s in Portuguese is refused: %s', (typed, problem) => {
    expect(readMoney(typed, 'BRL', 'pt-BR')).toEqual({ problem });
  });

  it('is read again as it was written', () => {
    for (const locale of ['pt-BR', 'en'] as const)
      for (const cents of [0, 1, 10, 99, 100, 123_456, 1e14, null])
        expect(readMoney(typedMoney(cents, locale), 'EUR', locale)).toEqual({ cents });
  });
});

it('writes sums of several currencies side by side, the own first', () => {
  const { moneyShort } = formatFor('pt-BR');
  const text = (...sums: [number, Currency][]) =>
    sumsText(
      sums.map(([amountCents, currency]) => ({ amountCents, currency })),
      'BRL',
      moneyShort,
    ).replaceAll('\u00a0', ' ');
  expect(text([500_000, 'USD'], [1_200_000, 'BRL'])).toBe('R$ 12 mil + US$ 5 mil');
  expect(text([500_000, 'USD'], [0, 'BRL'])).toBe('US$ 5 mil');
  expect(text()).toBe('R$ 0');
});
