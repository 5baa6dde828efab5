import { expect, test } from 'vitest';
import { dateFormat, numberFormat } from './formats.ts';

test('a format is made once for the same locale and options, and never taken for another', () => {
  const saoPaulo = dateFormat('en-CA', { timeZone: 'America/Sao_Paulo' });
  expect(dateFormat('en-CA', { timeZone: 'America/Sao_Paulo' })).toBe(saoPaulo);
  const moment = new Date('2026-03-01T01:00:00Z');
  expect(saoPaulo.format(moment)).toBe('2026-02-28');
  expect(dateFormat('en-CA', { timeZone: 'UTC' }).format(moment)).toBe('2026-03-01');
  const real = numberFormat('pt-BR', { style: 'currency', currency: 'BRL' });
  expect(real.format(1.5).replace(/\s/, ' ')).toBe('R$ 1,50');
  expect(numberFormat('en', { style: 'currency', currency: 'BRL' }).format(1.5)).toBe('R$1.50');
});

test('what is no time zone or currency is an error each time', () => {
  for (let count = 0; count < 2; count += 1) {
    expect(() => dateFormat('en', { timeZone: 'Mars/Olympus' })).toThrow(RangeError);
    expect(() => numberFormat('en', { style: 'currency', currency: 'no' })).toThrow(RangeError);
  }
});

test('thousands of formats do not all stay', () => {
  const first = dateFormat('en', { minute: '2-digit' });
  for (let digits = 0; digits < 1100; digits += 1)
    dateFormat(`en-u-ca-${['gregory', 'buddhist'][digits % 2]}-x-n${digits}`, {});
  expect(dateFormat('en', { minute: '2-digit' })).not.toBe(first);
});
